"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const SETTINGS = { responsive: true, displaylogo: false, displayModeBar: false, scrollZoom: false };

// Tables: a click on a column's head sorts upwards, then downwards, then as it was.

const NEXT = { none: "ascending", ascending: "descending", descending: "none" };

function figure(text) {
  const found = text.replace(/[\u2212\u2013]/g, "-").replace(/(\d),(?=\d{3})/g, "$1").match(/^[<>~ ]*([-+]?\d*\.?\d+)/);
  return found ? Number(found[1]) : null;
}

function order(texts) {
  const figures = texts.map(figure);
  const numeric = texts.every((text, row) => text === "" || figures[row] !== null);
  return (a, b) => numeric ? figures[a] - figures[b] : texts[a].localeCompare(texts[b], "en", { numeric: true });
}

function sort(head) {
  const table = head.closest("table"), body = table.tBodies[0];
  const way = NEXT[head.getAttribute("aria-sort")];
  for (const other of all("th", table)) other.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", way);
  table.original ??= [...body.rows];
  const texts = table.original.map((row) => row.cells[head.cellIndex].textContent.trim());
  const places = texts.map((_, row) => row), compare = order(texts);
  if (way !== "none") {
    const sign = way === "ascending" ? 1 : -1;  // cells without a text stay last
    places.sort((a, b) => (texts[a] === "") - (texts[b] === "") || (texts[a] === "" ? 0 : sign * compare(a, b)));
  }
  body.append(...places.map((row) => table.original[row]));
}

for (const head of all("th")) head.querySelector("button").addEventListener("click", () => sort(head));

function filter() {
  const { paper, verdict, words } = byId("filters").elements;
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean), rows = all("#ledger tbody tr");
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = (paper.value && row.dataset.paper !== paper.value)
      || (verdict.value && row.dataset.verdict !== verdict.value) || !wanted.every((word) => text.includes(word));
  }
  const shown = rows.filter((row) => !row.hidden).length;
  byId("shown").textContent = shown === rows.length ? `${shown} claims` : `${shown} of ${rows.length} claims`;
}

byId("filters").addEventListener("input", filter);
byId("filters").addEventListener("submit", (event) => event.preventDefault());

// A link to a folded table unfolds it.

function unfold() {
  const target = byId(decodeURIComponent(location.hash.slice(1)));
  if (target?.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
}
addEventListener("hashchange", unfold);
unfold();

// Claims: the training curves of the runs that a claim compares.

const ARMS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#8c6bb1", "#7f7f7f",
  "#a6761d", "#5aae61"];
let claim = null;

const training = (run) => run.split("@")[0];  // `full@multi` is the training `full`, tested in another way

function runsOf(entry) {
  const curves = data.curves[entry.system] ?? {};
  return [...new Set(entry.runs.map(training))].filter((run) => run in curves).map((run) => ({ run, ...curves[run] }));
}

function measuresOf(runs) {
  const found = new Map();
  for (const { measures } of runs) for (const measure of measures) found.set(measure.name, measure);
  return [...found.values()].sort((a, b) => !(a.train && a.other) - !(b.train && b.other));
}

function firstMeasure(measures, metric) {
  const both = measures.filter((measure) => measure.train && measure.other);
  return both.find((measure) => metric.split("_").includes(measure.name)) ?? both[0] ?? measures[0];
}

function mean(seeds, column) {
  return seeds[0][column].map((_, point) => {
    const values = seeds.map((seed) => seed[column][point]).filter((value) => value != null);
    return values.length ? values.reduce((a, b) => a + b) / values.length : null;
  });
}

function armLines({ run, samples, seeds, measures }, name, place) {
  const measure = measures.find((own) => own.name === name);
  if (!measure) return [];
  const color = ARMS[place % ARMS.length], lines = [];
  for (const [column, dash, symbol] of [[measure.other, "solid", "circle"], [measure.train, "dash", "circle-open"]]) {
    if (!column) continue;
    const shared = { x: samples, mode: "lines+markers", connectgaps: true, legendgroup: run, name: run };
    for (const seed of seeds)
      lines.push({ ...shared, y: seed[column], line: { color, dash, width: 1 }, marker: { color, symbol, size: 3 },
        opacity: 0.55, showlegend: false, hoverinfo: "skip" });
    lines.push({ ...shared, y: mean(seeds, column), line: { color, dash, width: 2.5 }, marker: { color, symbol, size: 6 },
      showlegend: dash === "solid" || !measure.other });
  }
  return lines;
}

function axis(title) {
  return { title: { text: title }, gridcolor: colour("rule"), zerolinecolor: colour("rule"), automargin: true };
}

function drawCurves() {
  const runs = runsOf(claim), name = byId("measure").value;
  const lines = runs.flatMap((run, place) => armLines(run, name, place));
  explain(runs, name);
  Plotly.react(byId("curves"), lines, {
    paper_bgcolor: "transparent", plot_bgcolor: "transparent", font: { color: colour("ink"), size: 13 },
    margin: { l: 50, r: 10, t: 10, b: 40 }, xaxis: { ...axis("samples seen"), rangemode: "tozero" }, yaxis: axis(name.replace(/_/g, " ")),
    legend: { orientation: "h", y: -0.27, yanchor: "top" }, hovermode: "closest", hoverlabel: { bgcolor: colour("raised") },
  }, SETTINGS);
}

function explain(runs, name) {
  const measures = runs.flatMap((run) => run.measures.filter((measure) => measure.name === name));
  const others = [...new Set(measures.map((measure) => measure.on).filter(Boolean))].join(" or ");
  const words = others && measures.some((measure) => measure.train) ? `Solid lines, full points: ${others}; dashed lines, hollow points: training data. `
    : others ? `On ${others}. ` : runs.length ? "On training data. " : "";
  const without = claim.runs.filter((run) => !runs.some((own) => own.run === training(run)));
  byId("key").textContent = (runs.length ? `${words}Thick: the mean over seeds; thin: every seed.` : "")
    + (without.length ? ` No training curves: ${without.join(", ")}.` : "");
}

function openClaim(id) {
  claim = data.claims[id];
  const runs = runsOf(claim), measures = measuresOf(runs);
  byId("said").replaceChildren(byId(`claim-${id}`).content.cloneNode(true));
  byId("measure").replaceChildren(...measures.map(({ name }) => new Option(name.replace(/_/g, " "), name)));
  byId("measure").value = firstMeasure(measures, claim.metric)?.name;
  byId("measured").hidden = byId("curves").hidden = !runs.length;
  byId("claim").showModal();
  if (runs.length) drawCurves();
  else explain(runs);
}

byId("ledger").addEventListener("click", (event) => {
  const button = event.target.closest("button.open");
  if (button) openClaim(button.dataset.claim);
});
byId("measure").addEventListener("change", drawCurves);
byId("claim").addEventListener("click", (event) => { if (event.target === byId("claim")) byId("claim").close(); });

// 3D poses. Cameras look along z with y down; here x is right, y away and z up.

const choice = byId("choice").elements, pose = byId("pose");
const SIDES = { l: "left", r: "right" };
let camera = { eye: { x: 0.6, y: -1.6, z: 0.35 }, center: { x: 0, y: 0, z: 0 }, up: { x: 0, y: 0, z: 1 } };
let drawnPose = false;

function fill(select, entries, keep = select.value) {
  select.replaceChildren(...entries.map(([text, value]) => new Option(text, value)));
  if (entries.some(([, value]) => String(value) === keep)) select.value = keep;
}

const setNow = () => data.poses[choice.system.value][choice.set.value];
const points = (flat) => Array.from({ length: flat.length / 3 }, (_, joint) => flat.slice(3 * joint, 3 * joint + 3));
const known = (point) => point.every((value) => value !== null);
const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

function poses() {
  const set = setNow(), row = Number(choice.sample.value);
  const truth = points(set.truth[row]), found = points(set.runs[choice.run.value][row]);
  const both = set.bones.filter((bone) => bone.every((end) => known(truth[end]) && known(found[end])));
  const length = (joints) => both.reduce((sum, [a, b]) => sum + distance(joints[a], joints[b]), 0);
  const scale = choice.scaled.checked && length(found) ? length(truth) / length(found) : 1;
  return { set, truth, found: found.map((point) => known(point) ? point.map((value) => scale * value) : point) };
}

function errorText(truth, found) {
  const errors = truth.map((point, joint) => known(point) && known(found[joint]) ? distance(point, found[joint]) : null)
    .filter((value) => value !== null);
  const average = errors.reduce((a, b) => a + b, 0) / errors.length;
  return errors.length ? `Mean joint error, measured from the root: ${average.toFixed(1)} mm.` : "";
}

function side(set, bone) {
  const found = new Set(bone.map((end) => SIDES[set.joints[end].match(/^([lr])_/)?.[1]]).filter(Boolean));
  return found.size === 1 ? [...found][0] : "middle";
}

function bodyLines(set, joints, scene, thin) {
  const groups = {};
  for (const bone of set.bones)
    if (bone.every((end) => known(joints[end]))) (groups[thin ? "ink" : side(set, bone)] ??= []).push(bone);
  return Object.entries(groups).map(([name, bones]) => {
    const ends = bones.flatMap(([a, b]) => [joints[a], joints[b], [null, null, null]]);
    const names = bones.flatMap(([a, b]) => [set.joints[a], set.joints[b], ""]);
    return {
      type: "scatter3d", mode: "lines+markers", scene, x: ends.map((p) => p[0]), y: ends.map((p) => p[2]),
      z: ends.map((p) => p[1] === null ? null : -p[1]), text: names, hovertemplate: "%{text}<extra></extra>",
      line: { color: colour(name), width: thin ? 3 : 8 }, marker: { color: colour(name), size: thin ? 2 : 4 },
    };
  });
}

function bounds(set) {
  const flat = [...set.truth, ...Object.values(set.runs).flat()].flatMap(points).filter(known);
  const wide = Math.max(...flat.map(([x, , z]) => Math.max(Math.abs(x), Math.abs(z))));
  const heights = flat.map(([, y]) => -y);
  return { wide: [-wide, wide], high: [Math.min(...heights), Math.max(...heights)] };
}

function sceneOf(set, domain) {
  const { wide, high } = set.bounds ??= bounds(set), hidden = { visible: false, range: wide, autorange: false };
  const floor = { range: high, autorange: false, showbackground: true, backgroundcolor: colour("raised"),
    showgrid: false, showticklabels: false, title: { text: "" }, zeroline: false, showspikes: false };
  const aspectratio = { x: 1, y: 1, z: (high[1] - high[0]) / (wide[1] - wide[0]) };
  return { xaxis: hidden, yaxis: hidden, zaxis: floor, aspectmode: "manual", aspectratio, camera, domain,
    dragmode: "turntable" };
}

function domains() {
  if (choice.view.value === "over") return [{ x: [0, 1], y: [0, 1] }];
  const first = [0, 0.5], second = [0.5, 1], whole = [0, 1];
  return pose.clientWidth < 560 ? [{ x: whole, y: second }, { x: whole, y: first }]
    : [{ x: first, y: whole }, { x: second, y: whole }];
}

function title(text, { x, y }) {
  return { text, showarrow: false, x: (x[0] + x[1]) / 2, y: y[1], xref: "paper", yref: "paper", yanchor: "top" };
}

function drawPose() {
  const { set, truth, found } = poses(), places = domains(), beside = places.length > 1;
  const lines = [...bodyLines(set, found, "scene", false), ...bodyLines(set, truth, beside ? "scene2" : "scene", !beside)];
  const layout = {
    paper_bgcolor: "transparent", font: { color: colour("ink"), size: 13 }, margin: { l: 0, r: 0, t: 0, b: 0 },
    showlegend: false, scene: sceneOf(set, places[0]),
    ...(beside && { scene2: sceneOf(set, places[1]),
      annotations: [title("predicted", places[0]), title("true", places[1])] }),
  };
  byId("thin").hidden = beside;
  byId("error").textContent = errorText(truth, found);
  if (pose.views !== undefined && pose.views !== places.length) Plotly.purge(pose);
  const first = pose.views !== places.length;
  pose.views = places.length;
  Plotly.react(pose, lines, layout, SETTINGS);
  if (first) { pose.on("plotly_relayout", turned); pose.on("plotly_relayouting", turned); }
}

// One camera for both views; its direction shows on the slider.
function turned(change) {
  const name = ["scene", "scene2"].find((scene) => change[`${scene}.camera`]);
  if (!name) return;
  camera = change[`${name}.camera`];
  choice.turn.value = Math.round(bearing() / 5) * 5;
  const other = name === "scene" ? "scene2" : "scene";
  pose._fullLayout[other]?._scene?.setViewport({ ...pose._fullLayout[other], camera });
}

const bearing = () => Math.atan2(camera.eye.x, -camera.eye.y) * 180 / Math.PI;

function turn() {
  const angle = choice.turn.value * Math.PI / 180, far = Math.hypot(camera.eye.x, camera.eye.y);
  camera = { ...camera, eye: { ...camera.eye, x: far * Math.sin(angle), y: -far * Math.cos(angle) } };
  drawPose();
}

function choose(changed) {
  const sets = data.poses[choice.system.value];
  if (changed === "system") fill(choice.set, sets.map(({ name }, place) => [name, place]));
  if (changed === "system" || changed === "set") {
    fill(choice.run, Object.keys(setNow().runs).map((run) => [run, run]));
    fill(choice.sample, setNow().samples.map((words, row) => [`${row + 1}: ${words}`, row]));
  }
  if (drawnPose) drawPose();
}

function startViewer() {
  if (!Object.keys(data.poses).length) { byId("choice").hidden = pose.hidden = true; return; }
  fill(choice.system, Object.keys(data.poses).map((name) => [name, name]));
  choice.turn.value = Math.round(bearing() / 5) * 5;
  choose("system");
  byId("choice").addEventListener("change", ({ target }) => { if (target.name !== "turn") choose(target.name); });
  choice.turn.addEventListener("input", turn);
  for (const button of all("[data-step]", byId("choice")))
    button.addEventListener("click", () => {
      const count = choice.sample.length;
      choice.sample.selectedIndex = (choice.sample.selectedIndex + Number(button.dataset.step) + count) % count;
      choose("sample");
    });
  new IntersectionObserver((entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    drawnPose = true;
    drawPose();
  }, { rootMargin: "200px" }).observe(pose);
}

startViewer();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  if (drawnPose) drawPose();
  if (byId("claim").open && !byId("curves").hidden) drawCurves();
});
