// SPDX-License-Identifier: AGPL-3.0-or-later
// Codes through the camera, or out of a picture: by the browser's own reader where it has one, else
// by zxing. A camera is only lent to pages that came encrypted; a picture can always be taken.
(() => {
  const place = document.getElementById("camera");
  const said = place.querySelector("[data-said]");
  const look = place.querySelector("[data-camera]");
  const finder = place.querySelector(".finder");
  const video = place.querySelector("video");
  const FORMATS = ["qr_code", "data_matrix", "code_128"];

  let prepared = null;
  const zxing = () => {
    prepared ??= ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => place.dataset.wasm }, fireImmediately: true });
    return prepared;
  };
  const own = async () => {
    if (!("BarcodeDetector" in window)) return null;
    const known = await BarcodeDetector.getSupportedFormats().catch(() => []);
    return known.includes("qr_code") ? new BarcodeDetector({ formats: FORMATS.filter((one) => known.includes(one)) }) : null;
  };
  const reader = own().then((detector) => async (picture) => {
    if (detector) return (await detector.detect(picture)).map((one) => one.rawValue);
    await zxing();
    let pixels = picture;
    if (!(picture instanceof Blob)) {
      const canvas = new OffscreenCanvas(picture.videoWidth, picture.videoHeight);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(picture, 0, 0);
      pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    }
    const found = await ZXingWASM.readBarcodes(pixels, { formats: ["QRCode", "DataMatrix", "Code128"], tryHarder: true });
    return found.filter((one) => one.isValid).map((one) => one.text);
  });

  let stream = null;
  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    finder.hidden = true;
    look.lastChild.textContent = "Look";
  };
  const watch = async () => {
    while (stream) {
      const read = await reader;
      const [found] = video.videoWidth ? await read(video).catch(() => []) : [];
      if (found && stream) { stop(); said.textContent = "Found it."; window.floorScan(found); return; }
      await new Promise((done) => setTimeout(done, 120));
    }
  };
  if (isSecureContext && navigator.mediaDevices?.getUserMedia) look.hidden = false;
  else said.textContent = "This page did not come encrypted, so the browser lends it no camera; take a picture instead.";
  look.addEventListener("click", async () => {
    if (stream) { stop(); return; }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    } catch { said.textContent = "The camera was not lent to this page; allow it, or take a picture."; return; }
    video.srcObject = stream;
    finder.hidden = false;
    look.lastChild.textContent = "Stop";
    await video.play();
    watch();
  });
  place.querySelector("[data-picture]").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    said.textContent = "Reading the picture …";
    const picture = file;
    const read = await reader;
    const [found] = await read("BarcodeDetector" in window ? await createImageBitmap(file).catch(() => picture) : picture).catch(() => []);
    event.target.value = "";
    if (found) { said.textContent = "Found it."; window.floorScan(found); }
    else said.textContent = "There is no code in that picture that can be read; come closer, without glare.";
  });
  addEventListener("pagehide", stop);
})();
