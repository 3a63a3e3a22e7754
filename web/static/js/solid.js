// SPDX-License-Identifier: AGPL-3.0-or-later
// A model to be turned. It is fetched when one is opened; until it is there, and where a browser
// cannot show 3D, the picture the server drew stands there.

const PATIENCE_MS = 120_000;
const VIEWS = { iso: [1, -1, 1], front: [0, -1, 0], top: [0, -0.0001, 1], right: [1, 0, 0] };
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

// The model is made once; whoever comes first waits for it here, and no page of the shop does.
const measured = async (root, say) => {
  const until = Date.now() + PATIENCE_MS;
  for (let pause = 300; Date.now() < until; pause = Math.min(pause * 1.5, 3000)) {
    const answer = await fetch(`${root.dataset.model}${root.dataset.model.includes("?") ? "&" : "?"}facts=1`, { headers: { Accept: "application/json" } });
    const told = await answer.json().catch(() => ({}));
    if (answer.status === 200) return told;
    if (answer.status !== 202) throw new Error(told.detail ?? "The model cannot be shown.");
    say("The model is being made ready …");
    await wait(pause);
  }
  throw new Error("The model is not ready yet; open it again in a minute.");
};

export const solid = async (root, gestures, keys) => {
  const glass = root.querySelector("[data-glass]"), canvas = root.querySelector("[data-canvas]");
  const still = root.querySelector("[data-still]"), told = root.querySelector("[data-told]");
  const say = (words) => { told.textContent = words; };
  try {
    const facts = await measured(root, say);
    fill(root.querySelector("[data-measures]"), facts.facts);
    if (!still.src.includes("&made")) still.src = `${still.src}&made=1`;
    const three = await import(root.dataset.three);
    const data = await (await fetch(root.dataset.model)).arrayBuffer();
    const { scene } = await new three.GLTFLoader().parseAsync(data, "");
    await show(three, scene, { root, glass, canvas, still, gestures, keys });
    say("");
  } catch (fault) {
    root.dataset.state = "refused";
    say(/WebGL/i.test(fault.message) ? "This browser cannot show 3D, so here is a picture of it." : fault.message);
  }
};

const fill = (list, facts) => {
  list.replaceChildren(...facts.map(([what, said]) => {
    const row = document.createElement("div"), term = document.createElement("dt"), value = document.createElement("dd");
    term.textContent = what;
    value.textContent = said;
    row.append(term, value);
    return row;
  }));
};

const show = async (three, model, { root, glass, canvas, still, gestures, keys }) => {
  const renderer = new three.WebGLRenderer({ canvas, antialias: true, alpha: true });
  const scene = new three.Scene();
  const camera = new three.OrthographicCamera(-1, 1, 1, -1, 0.001, 100);
  const ball = new three.Box3().setFromObject(model).getBoundingSphere(new three.Sphere());
  camera.up.set(0, 0, 1);
  model.position.sub(ball.center);
  scene.add(model, new three.HemisphereLight(0xffffff, 0x8a8f99, 1.7));
  for (const [place, strength] of [[[-3, 5, 4], 1.6], [[5, -1, 3], 0.5]]) {
    const light = new three.DirectionalLight(0xffffff, strength);
    light.position.set(...place);
    camera.add(light);   // the light stays with who looks
  }
  scene.add(camera);
  edged(three, model);

  const radius = Math.max(ball.radius, 1e-6);
  camera.near = radius * 0.01;
  camera.far = radius * 40;
  let frame = 0, theta = 0, phi = 0;
  const target = new three.Vector3();
  const draw = () => {
    frame = 0;
    const wide = glass.clientWidth, high = glass.clientHeight;
    renderer.setPixelRatio(Math.min(devicePixelRatio || 1, 2));
    renderer.setSize(wide, high, false);
    const half = radius * 1.08, ratio = wide / high;
    camera.left = -half * Math.max(ratio, 1);
    camera.right = -camera.left;
    camera.top = half * Math.max(1 / ratio, 1);
    camera.bottom = -camera.top;
    camera.position.set(Math.cos(phi) * Math.sin(theta), -Math.cos(phi) * Math.cos(theta), Math.sin(phi))
      .multiplyScalar(radius * 10).add(target);
    camera.lookAt(target);
    camera.updateProjectionMatrix();
    renderer.render(scene, camera);
    root.dataset.state = "shown";
    root.dataset.view = `${theta.toFixed(2)} ${phi.toFixed(2)} ${camera.zoom.toFixed(2)}`;
  };
  const paint = () => { frame ||= requestAnimationFrame(draw); };
  const look = (way) => {
    const [px, py, pz] = VIEWS[way];
    theta = Math.atan2(px, -py);
    phi = Math.atan2(pz, Math.hypot(px, py));
    if (way === "top") { theta = 0; phi = Math.PI / 2 - 1e-4; }
    target.set(0, 0, 0);
    camera.zoom = 1;
    paint();
  };
  const orbit = (dx, dy) => {
    theta -= dx * 0.008;
    phi = Math.min(Math.max(phi + dy * 0.008, -Math.PI / 2 + 1e-4), Math.PI / 2 - 1e-4);
    paint();
  };
  const pan = (dx, dy) => {
    const unit = (camera.right - camera.left) / camera.zoom / glass.clientWidth;
    const right = new three.Vector3().setFromMatrixColumn(camera.matrix, 0);
    const up = new three.Vector3().setFromMatrixColumn(camera.matrix, 1);
    target.addScaledVector(right, -dx * unit).addScaledVector(up, dy * unit).clampLength(0, radius * 2);
    paint();
  };
  const zoom = (times) => { camera.zoom = Math.min(Math.max(camera.zoom * times, 0.5), 60); paint(); };
  const acts = { in: () => zoom(1.5), out: () => zoom(1 / 1.5) };
  for (const way of Object.keys(VIEWS)) acts[way] = () => look(way);
  for (const button of root.querySelectorAll("[data-act]")) button.addEventListener("click", acts[button.dataset.act]);
  gestures(glass, { pan, orbit, zoom, twice: () => look("iso") });
  keys(glass, { ...acts, whole: acts.iso, turn: acts.iso, pan: (dx, dy) => orbit(-dx / 2, -dy / 2) });
  canvas.hidden = false;
  still.classList.add("unseen");
  root.classList.add("live");
  new ResizeObserver(paint).observe(glass);
  look("iso");
};

// Edges as a drawing has them, where faces meet at more than 25 degrees.
const edged = (three, model) => {
  const ink = new three.LineBasicMaterial({ color: 0x20242a, transparent: true, opacity: 0.55 });
  const found = [];
  model.traverse((part) => { if (part.isMesh) found.push(part); });
  let room = 600_000;
  for (const part of found) {
    part.material.metalness = 0.1;
    part.material.roughness = 0.65;
    part.material.polygonOffset = true;
    part.material.polygonOffsetFactor = 1;
    part.material.polygonOffsetUnits = 1;
    room -= part.geometry.index?.count ?? part.geometry.attributes.position.count;
    if (room > 0) part.add(new three.LineSegments(new three.EdgesGeometry(part.geometry, 25), ink));
  }
};
