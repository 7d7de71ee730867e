// The page reads well without this. It adds the theme button, and search, filters and keys for the disagreements.
// Text from people and models only ever becomes text nodes: there is no markup built from strings here.
"use strict";
(() => {
  const root = document.documentElement;
  const make = (tag, className, ...children) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children.filter((child) => child !== null));
    return element;
  };

  // Theme: the system's unless a button or the address (#dark, #light) says otherwise.
  const themeButton = document.getElementById("theme");
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const setTheme = (theme) => {
    if (theme) root.dataset.theme = theme;
    themeButton.textContent = isDark() ? "Light" : "Dark";
    themeButton.setAttribute("aria-pressed", String(isDark()));
  };
  const asked = location.hash.slice(1);
  setTheme(asked === "dark" || asked === "light" ? asked : null);
  themeButton.hidden = false;
  themeButton.addEventListener("click", () => setTheme(isDark() ? "light" : "dark"));

  // One disagreement, as the server renders it too.
  const arrows = { higher: "▲ +", lower: "▼ −" };
  const isolated = (className, text) => make("bdi", className, text);
  const paragraph = (tag, className, text) => {
    if (text === null) return null;
    const element = make(tag, className, text);
    element.dir = "auto";
    return element;
  };
  const body = (row) => {
    const reasons = make("dl", "");
    const said = row.j === null ? "malformed" : String(row.j);
    const judge = row.m !== null ? `malformed: ${row.m}${row.r === null ? "" : `. It said: ${row.r}`}` : row.r ?? "no rationale";
    reasons.append(make("dt", "judge", `judge ${said}`), paragraph("dd", "", judge));
    for (const [annotator, rating, why] of row.o) {
      reasons.append(make("dt", "people", isolated("", annotator), ` ${rating}`), paragraph("dd", "", why ?? "no rationale"));
    }
    const tags = make("p", "tags");
    for (const [key, value] of Object.entries(row.s)) tags.append(isolated("", `${key}=${value}`), " ");
    return make("div", "body", paragraph("p", "doc-title", row.t), paragraph("p", "excerpt", row.x), reasons, tags);
  };
  const item = (row) => {
    const said = make("span", "said", "people ", make("b", "", String(row.g)), ", judge ", make("b", "", row.j === null ? "malformed" : String(row.j)));
    const badge = make("span", `badge ${row.d}`, row.d === "malformed" ? "✕" : `${arrows[row.d]}${row.p}`);
    const details = make("details", "", make("summary", "", badge, said, isolated("query", row.q ?? ""), isolated("id", row.id)));
    // The body of a row is made when it is first opened: most never are.
    details.addEventListener("toggle", () => { if (details.childElementCount === 1) details.append(body(row)); });
    return make("li", "", details);
  };

  const CHUNK = 60;
  // The largest number of points between two people; null when there are no two.
  const split = (row) => {
    if (row.o.length < 2) return null;
    const ratings = row.o.map(([, rating]) => rating);
    return Math.max(...ratings) - Math.min(...ratings);
  };
  const splits = {
    agree: ["people agree", (row) => split(row) === 0],
    near: ["people 1 apart", (row) => split(row) === 1],
    apart: ["people 2+ apart", (row) => split(row) >= 2],
    alone: ["one person", (row) => split(row) === null],
  };

  class Explorer {
    constructor(section) {
      this.section = section;
      this.list = section.querySelector(".items");
      this.status = section.querySelector(".shown");
      this.search = section.querySelector("input");
      this.selects = Object.fromEntries([...section.querySelectorAll("select")].map((s) => [s.dataset.filter, s]));
      this.loaded = false;
      // The data are read when the reader comes near: there may be 50,000 rows, or 80 judges.
      this.near = new IntersectionObserver((seen) => { if (seen.some((s) => s.isIntersecting)) this.load(); }, { rootMargin: "1500px" });
      this.near.observe(section);
    }

    load() {
      if (this.loaded) return;
      this.loaded = true;
      this.near.disconnect();
      this.rows = JSON.parse(document.getElementById(this.section.dataset.island).textContent);
      this.fillSelects();
      this.sentinel = make("div", "sentinel");
      this.list.after(this.sentinel);
      new IntersectionObserver((seen) => { if (seen[0].isIntersecting) this.more(); }, { rootMargin: "800px" }).observe(this.sentinel);
      let timer = 0;
      this.search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => this.filter(), 80); });
      Object.values(this.selects).forEach((select) => select.addEventListener("change", () => this.filter()));
      this.section.querySelector(".filters").hidden = false;
      this.filter();
    }

    fillSelects() {
      const gaps = new Set(), directions = new Set(), slices = new Map();
      for (const row of this.rows) {
        directions.add(row.d);
        if (row.d !== "malformed") gaps.add(row.p);
        for (const [key, value] of Object.entries(row.s)) {
          const values = slices.get(key) ?? slices.set(key, new Set()).get(key);
          if (values.size <= 30) values.add(value);
        }
      }
      const option = (select, value, text) => { const o = make("option", "", text); o.value = value; select.append(o); };
      const names = { higher: "judge higher", lower: "judge lower", malformed: "malformed" };
      for (const d of Object.keys(names)) if (directions.has(d)) option(this.selects.direction, d, names[d]);
      const most = Math.max(...gaps);
      for (const gap of [...gaps].sort((a, b) => b - a)) option(this.selects.gap, String(gap), gap === most ? `${gap} off` : `${gap} or more off`);
      for (const [name, [text, holds]] of Object.entries(splits)) if (this.rows.some(holds)) option(this.selects.split, name, text);
      // A column with very many values is no slice; the text search finds those.
      for (const [key, values] of [...slices].sort()) {
        if (values.size > 30) continue;
        for (const value of [...values].sort()) option(this.selects.slice, JSON.stringify([key, value]), `${key} = ${value}`);
      }
    }

    filter() {
      const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const { direction, gap, split: people, slice } = this.selects;
      const [key, value] = slice.value ? JSON.parse(slice.value) : [null, null];
      this.matching = this.rows.filter((row) =>
        (!direction.value || row.d === direction.value)
        && (!gap.value || (row.d !== "malformed" && row.p >= Number(gap.value)))
        && (!people.value || splits[people.value][1](row))
        && (key === null || row.s[key] === value)
        && (words.length === 0 || words.every((word) => this.text(row).includes(word))));
      this.list.replaceChildren();
      this.drawn = 0;
      const all = this.rows.length.toLocaleString("en"), some = this.matching.length.toLocaleString("en");
      this.status.textContent = this.matching.length === this.rows.length ? `${all} items, by gap and then by id.` : `${some} of ${all} items.`;
      this.more();
    }

    text(row) {
      return row.text ??= [row.id, row.q, row.t, row.x, row.r, row.m, ...row.o.flat(), ...Object.values(row.s)].join("\n").toLowerCase();
    }

    more() {
      const next = this.matching.slice(this.drawn, this.drawn + CHUNK);
      this.list.append(...next.map(item));
      this.drawn += next.length;
    }

    step(by) {
      const open = [...this.list.querySelectorAll("summary")];
      const at = open.indexOf(document.activeElement);
      if (at + by >= open.length) this.more();
      const target = this.list.querySelectorAll("summary")[at < 0 ? 0 : Math.max(0, at + by)];
      target?.focus();
      target?.scrollIntoView({ block: "nearest" });
    }
  }

  // A judge's section may be folded; a link into it unfolds it.
  const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target?.scrollIntoView();
  };
  addEventListener("hashchange", unfold);

  let explorers = [];
  // Keys act on the explorer that has the focus, else on the first visible one that is not above the window.
  const current = () => {
    const visible = explorers.filter((e) => e.section.getClientRects().length > 0);
    const found = visible.find((e) => e.section.contains(document.activeElement))
      ?? visible.find((e) => e.section.getBoundingClientRect().bottom > 0) ?? visible[0];
    found?.load();
    return found;
  };

  const keys = document.getElementById("keys"), keysButton = document.getElementById("keys-button");
  // The data stand after this script, at the end of the page, so that it is painted before they are read.
  document.addEventListener("DOMContentLoaded", () => {
    explorers = [...document.querySelectorAll(".explorer")].filter((s) => s.querySelector(".items")).map((s) => new Explorer(s));
    keysButton.hidden = explorers.length === 0;
    if (location.hash.length > 1) unfold();
  });
  keysButton.addEventListener("click", () => keys.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open || explorers.length === 0) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (typing) {
      if (event.key === "Escape") document.activeElement.blur();
      return;
    }
    const acts = {
      "/": () => { const search = current()?.search; search?.focus(); search?.scrollIntoView({ block: "center" }); },
      "j": () => current()?.step(1),
      "k": () => current()?.step(-1),
      "?": () => keys.showModal(),
    };
    if (Object.hasOwn(acts, event.key)) {
      event.preventDefault();
      acts[event.key]();
    }
  });
})();
