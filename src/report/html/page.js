"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const SVG = "http://www.w3.org/2000/svg";
  const OUTCOMES = [
    ["safe", "converted, safe", "--safe"], ["needs-review", "converted, to review", "--review"],
    ["held-back", "held back", "--review"], ["refused", "refused", "--refused"],
    ["unchanged", "nothing to do", "--quiet"], ["failed", "failed", "--failed"],
  ];
  const TONES = { error: "--failed", refusal: "--refused", assumption: "--review", advice: "--quiet" };
  const meanings = new Map(data.reasons);
  const $ = (id) => document.getElementById(id);
  const body = document.body;

  /** An element: its class, its text or children. Text only ever becomes text. */
  const make = (tag, className, ...children) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };
  const drawn = (tag, attributes, ...children) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  /** Text whose `parts` are code. */
  const prose = (text) => text.split("`").map((part, index) => (index % 2 ? make("code", "", part) : part));

  const files = data.files.map((file, index) => {
    file.index = index;
    file.fate = file.outcome === "converted" ? file.safety : file.outcome;
    file.reasons = [...new Set(file.notes.map((note) => note.reason).filter(Boolean))];
    file.haystack = [file.path, file.repository, file.before, ...file.notes.map((note) => note.message)].join("\n").toLowerCase();
    return file;
  });

  // ---- filters
  const FILTERS = {
    outcome: (file) => [file.fate],
    language: (file) => [file.recipe ?? "none"],
    reason: (file) => file.reasons,
    repository: (file) => [file.repository ?? "none"],
  };
  const fateName = (fate) => OUTCOMES.find(([id]) => id === fate)?.[1] ?? fate;
  for (const [id, of] of Object.entries(FILTERS)) {
    const counts = new Map();
    for (const file of files) for (const value of of(file)) counts.set(value, (counts.get(value) ?? 0) + 1);
    const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const option = (value, text) => { const one = make("option", "", text); one.value = value; return one; };
    $(id).append(option("", "all"), ...sorted.map(([value, count]) => option(value, `${id === "outcome" ? fateName(value) : value} (${count})`)));
    $(id).parentElement.hidden = false;
  }
  const many = new Set(files.map((file) => file.repository)).size > 1;
  const rows = files.map((file) => {
    const link = make("a", "", file.path);
    link.href = `#${file.index}`;
    const tone = make("span", "tone", fateName(file.fate));
    tone.style.setProperty("--tone", `var(${OUTCOMES.find(([id]) => id === file.fate)?.[2] ?? "--quiet"})`);
    const more = [file.recipe, many ? file.repository : null].filter(Boolean).map((word) => ` · ${word}`).join("");
    link.append(make("small", "", tone, more));
    return make("li", "", link);
  });

  let shown = files;
  let current = null;

  function filter() {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = Object.entries(FILTERS).map(([id, of]) => [$(id).value, of]).filter(([value]) => value);
    shown = files.filter((file) => wanted.every(([value, of]) => of(file).includes(value)) && words.every((word) => file.haystack.includes(word)));
    $("list").replaceChildren(...shown.map((file) => rows[file.index]));
    $("shown").textContent = shown.length === files.length ? `${files.length} files` : `${shown.length} of ${files.length} files`;
    for (const bar of $("bars").children) bar.setAttribute("aria-pressed", String(bar.dataset.outcome === $("outcome").value));
    if (current === null || !shown.includes(current)) show(shown[0] ?? null, false);
  }

  // ---- one file
  function diff(file) {
    const lines = (text) => { const all = (text ?? "").split("\n"); if (all.at(-1) === "") all.pop(); return all.map((line) => line.replace(/\r$/, "")); };
    const old = lines(file.before), now = lines(file.text ?? file.before);
    const changes = file.changes ?? [[old.length, 0, 0]];
    const notes = new Map();
    for (const note of file.notes) if (note.line) notes.set(note.line, [...(notes.get(note.line) ?? []), note]);
    const table = make("tbody");
    const cells = (number, text, kind, side) => [make("th", number === null ? "number void-number" : "number", number === null ? "" : String(number)), make("td", `${kind} ${side}`, text)];
    const row = (left, right, leftKind, rightKind) => {
      const line = make("tr", leftKind === "same" ? "equal" : "",
        ...cells(left === null ? null : left + 1, left === null ? "" : old[left], left === null ? "void" : leftKind, "left"),
        ...cells(right === null ? null : right + 1, right === null ? "" : now[right], right === null ? "void" : rightKind, "right"));
      if (!file.text) [line.children[2], line.children[3]].forEach((cell) => cell.remove());
      else if (leftKind === "same") line.children[2].classList.add("right");
      table.append(line);
      for (const note of (left !== null && notes.get(left + 1)) || []) {
        const wide = make("td", "wide", noted(note));
        wide.colSpan = file.text ? 4 : 2;
        table.append(make("tr", "", wide));
      }
    };
    let left = 0, right = 0;
    for (const [same, went, came] of changes) {
      for (let i = 0; i < same; i += 1) row(left++, right++, "same", "same");
      for (let i = 0; i < Math.max(went, came); i += 1) row(i < went ? left++ : null, i < came ? right++ : null, "went", "came");
    }
    const heading = (text) => { const one = make("th", "", text); one.colSpan = 2; one.scope = "colgroup"; return one; };
    const columns = make("colgroup", "", ...["3.2rem", "", "3.2rem", ""].slice(0, file.text ? 4 : 2).map((width) => { const one = make("col"); one.style.width = width; return one; }));
    const whole = make("table", "diff", columns, make("thead", "", make("tr", "", heading(file.text ? "before" : "as it is"), file.text ? heading("after") : null)), table);
    return make("div", "scroll", whole);
  }

  function noted(note) {
    const box = make("div", "note", make("strong", "tone", note.level), " ", ...prose(note.message));
    box.style.setProperty("--tone", `var(${TONES[note.level]})`);
    box.tabIndex = -1;
    if (note.help) box.append(make("small", "", "→ ", ...prose(note.help)));
    if (note.reason) { const id = make("small", "", note.reason); id.title = meanings.get(note.reason) ?? ""; box.append(id); }
    return box;
  }

  /** Where each instruction goes: the old file on the left, the two stages beside it. */
  function stages(file) {
    const explained = file.explanation;
    const text = file.text.split("\n").map((line) => line.trim());
    const from = text.findLastIndex((line) => /^from\s/i.test(line));
    const place = (row, start, end) => { const at = text.slice(start, end).findIndex((line) => line.startsWith(row.text.trim().slice(0, 40))); return at < 0 ? end : start + at; };
    const goes = (row, stage) => row.stage === stage || row.stage === "both";
    const column = (stage, start, end) => explained.map((row, index) => ({ row, index })).filter(({ row }) => goes(row, stage))
      .map((one, order) => ({ ...one, at: one.row.line && stage === "builder" && order === 0 ? -1 : place(one.row, start, end), order }))
      .sort((a, b) => a.at - b.at || a.order - b.order);
    const builder = column("builder", 0, from), runtime = column("runtime", from, text.length);
    const original = explained.map((row, index) => ({ row, index })).filter(({ row }) => row.line);
    const W = 262, GAP = 56, H = 24, TOP = 34, STEP = 30;
    const height = TOP + STEP * Math.max(original.length, builder.length, runtime.length) + 8;
    const x = [0, W + GAP, 2 * (W + GAP)];
    const svg = drawn("svg", { width: 3 * W + 2 * GAP + 2, height, viewBox: `-1 0 ${3 * W + 2 * GAP + 2} ${height}`, role: "img", "aria-label": "Which stage each instruction goes to; the table below says the same" });
    const arrows = drawn("g", {});
    svg.append(arrows);
    [["as it was", 0], ["builder", 1], ["runtime", 2]].forEach(([name, at]) => svg.append(drawn("text", { x: x[at], y: 18, class: "head" }, name)));
    const y = (order) => TOP + order * STEP;
    const box = (one, at, order, kind) => {
      const short = one.row.text.length > 33 ? `${one.row.text.slice(0, 32)}…` : one.row.text;
      const group = drawn("g", { class: "row" }, drawn("title", {}, `${one.row.text}\n${one.row.why}`),
        drawn("rect", { x: x[at], y: y(order), width: W, height: H, rx: 4, class: `box ${kind} ${one.row.line ? "" : "new"}` }),
        drawn("text", { x: x[at] + 8, y: y(order) + 16 }, short));
      group.dataset.index = one.index;
      svg.append(group);
    };
    const arrow = (index, a, orderA, b, orderB, kind) => {
      const x1 = x[a] + W, x2 = x[b], y1 = y(orderA) + H / 2, y2 = y(orderB) + H / 2, bend = GAP * 0.6;
      const path = drawn("path", { d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, class: kind });
      path.dataset.index = index;
      arrows.append(path);
    };
    original.forEach((one, order) => {
      box(one, 0, order, "");
      const b = builder.findIndex(({ index }) => index === one.index), r = runtime.findIndex(({ index }) => index === one.index);
      if (b >= 0) arrow(one.index, 0, order, 1, b, "to-builder");
      if (r >= 0) arrow(one.index, 0, order, 2, r, "to-runtime");
    });
    builder.forEach((one, order) => box(one, 1, order, "builder"));
    runtime.forEach((one, order) => {
      box(one, 2, order, "runtime");
      if (/--from=/.test(one.row.text) && !one.row.line) arrow(one.index, 1, builder.length - 1, 2, order, "handed");
    });
    const light = (event) => {
      const group = event.target.closest?.("g.row");
      for (const lit of svg.querySelectorAll(".lit")) lit.classList.remove("lit");
      if (group) for (const same of svg.querySelectorAll(`[data-index="${group.dataset.index}"]`)) same.classList.add("lit");
    };
    svg.addEventListener("mouseover", light);
    return make("div", "scroll", svg);
  }

  function whyTable(file) {
    const table = make("tbody", "", ...file.explanation.map((row) => make("tr", "", make("td", "", row.line ? String(row.line) : "new"), make("td", "", make("code", "", row.text)), make("td", "", row.stage), make("td", "", ...prose(row.why)))));
    const head = make("tr", "", ...["line", "instruction", "stage", "why"].map((word) => { const one = make("th", "", word); one.scope = "col"; return one; }));
    return make("details", "", make("summary", "", "The same as a table"), make("table", "why", make("thead", "", head), table));
  }

  function view(file) {
    const tone = make("span", "tone", fateName(file.fate));
    tone.style.setProperty("--tone", `var(${OUTCOMES.find(([id]) => id === file.fate)?.[2] ?? "--quiet"})`);
    const about = [file.recipe, file.runtime && `ships on ${file.runtime}`, file.repository && `in ${file.repository}`].filter(Boolean).map((word) => ` · ${word}`).join("");
    const parts = [make("header", "", make("h2", "", file.path), make("p", "", tone, about))];
    const { before, after } = file.verification ?? {};
    if (before && after) {
      const bar = (name, bytes) => {
        const meter = make("div", "size", `${name}: ${(bytes / 1e6).toFixed(1)} MB`);
        meter.style.setProperty("--part", `${Math.max(100 * bytes / Math.max(before.bytes, after.bytes), 1)}%`);
        return meter;
      };
      parts.push(make("h2", "", "Size, as built"), bar("before", before.bytes), bar("after", after.bytes));
    }
    const loose = file.notes.filter((note) => !note.line);
    if (loose.length) parts.push(...loose.map(noted));
    if (file.before) parts.push(make("h2", "", file.text ? "Changes" : "File"), diff(file));
    if (file.text && file.explanation.length) parts.push(make("h2", "", "Stages"), stages(file), whyTable(file));
    return parts;
  }

  function show(file, open = true) {
    if (current) rows[current.index].firstChild.removeAttribute("aria-current");
    current = file;
    body.classList.toggle("open", Boolean(file) && open);
    if (!file) { $("file").replaceChildren(make("p", "empty", "No file fits the filters.")); return; }
    const link = rows[file.index].firstChild;
    link.setAttribute("aria-current", "true");
    const back = make("button", "back", "← all files");
    back.type = "button";
    back.addEventListener("click", () => close());
    $("file").replaceChildren(back, ...view(file));
    $("file").scrollTop = 0;
    if (open) { link.scrollIntoView({ block: "nearest" }); if (location.hash !== `#${file.index}`) history.replaceState(null, "", `#${file.index}`); }
  }
  function close() { body.classList.remove("open"); rows[current?.index ?? 0]?.firstChild.focus(); }
  function step(by) {
    const at = shown.indexOf(current);
    const next = shown[Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (next) show(next);
  }
  function stepNote(by) {
    const notes = [...$("file").querySelectorAll(".note")];
    const at = notes.indexOf(document.activeElement);
    const next = notes[at < 0 ? (by > 0 ? 0 : notes.length - 1) : Math.min(Math.max(at + by, 0), notes.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "center" });
  }
  function theme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  }
  function help() { $("help").hidden = !$("help").hidden; $("keys").setAttribute("aria-expanded", String(!$("help").hidden)); }
  function reset() { $("filters").reset(); filter(); }

  // ---- the page
  for (const [fate, name, tone] of OUTCOMES) {
    const count = files.filter((file) => file.fate === fate).length;
    if (!count) continue;
    // A narrow bar has room for its number; the rest is its title and the filter.
    const bar = make("button", "", String(count), count * 8 > files.length ? ` ${name}` : "");
    bar.setAttribute("aria-label", `${count} ${name}`);
    bar.type = "button";
    bar.dataset.outcome = fate;
    bar.style.flexGrow = count;
    bar.style.setProperty("--tone", `var(${tone})`);
    bar.title = `${count} of ${files.length}: ${name}`;
    bar.addEventListener("click", () => { $("outcome").value = $("outcome").value === fate ? "" : fate; filter(); });
    $("bars").append(bar);
  }
  const repositories = new Set(files.map((file) => file.repository).filter(Boolean)).size;
  $("summary").textContent = `restage ${data.restage}: ${files.length} Dockerfiles${repositories > 1 ? ` in ${repositories} repositories` : ""}, ${files.filter((file) => file.outcome === "converted").length} of them converted` + (data.unseen.length ? `; ${data.unseen.length} folders not seen` : "");
  $("filters").addEventListener("input", filter);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", () => setTimeout(filter));
  $("theme").addEventListener("click", theme);
  $("keys").addEventListener("click", help);
  addEventListener("hashchange", () => { const file = files[Number(location.hash.slice(1))]; if (file) show(file); });
  $("list").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    show(files[Number(link.hash.slice(1))]);
    $("file").focus({ preventScroll: true });
  });
  const KEYS = { j: () => step(1), k: () => step(-1), n: () => stepNote(1), p: () => stepNote(-1), "/": () => $("search").focus(), x: reset, t: theme, "?": help, Escape: () => close() };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches?.("input, select");
    if (typing && event.key === "Escape") { event.target.blur(); return; }
    if (typing || !Object.hasOwn(KEYS, event.key)) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  addEventListener("beforeprint", () => $("printed").replaceChildren(...shown.map((file) => make("section", "", ...view(file)))));
  addEventListener("afterprint", () => $("printed").replaceChildren());
  filter();
  const first = location.hash ? files[Number(location.hash.slice(1))] : null;
  if (first) show(first);
})();
