// SPDX-License-Identifier: AGPL-3.0-or-later
// A result held against its limits as it is typed; what counts is what the server judges.
window.judged = (() => {
  // A decimal text as a whole number of billionths, so that nothing is rounded; null where it is none.
  const exact = (text) => {
    const told = /^([+-]?)(\d{0,12})(?:[.,](\d{0,9}))?$/.exec(text.trim().replace("−", "-"));
    if (!told || !(told[2] || told[3])) return null;
    const digits = BigInt((told[2] || "0") + (told[3] ?? "").padEnd(9, "0"));
    return told[1] === "-" ? -digits : digits;
  };
  const written = (billionths) => {
    const digits = String(billionths).padStart(10, "0");
    return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, "");
  };
  return (field) => {
    const value = exact(field.value), lower = exact(field.dataset.lower ?? ""), upper = exact(field.dataset.upper ?? "");
    if (value === null || (lower === null && upper === null)) return null;
    if (lower !== null && value < lower) return { out: true, words: `${written(lower - value)} under` };
    if (upper !== null && value > upper) return { out: true, words: `${written(value - upper)} over` };
    return { out: false, words: "in tolerance" };
  };
})();
