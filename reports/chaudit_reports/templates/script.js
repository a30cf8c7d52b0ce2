"use strict";
(() => {
  const root = document.documentElement;
  const each = (selector, act, within = document) => within.querySelectorAll(selector).forEach(act);

  const themes = { auto: "as the system has them", dark: "dark", light: "light" };
  const theme = document.getElementById("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const names = Object.keys(themes);
    const next = names[(names.indexOf(root.dataset.theme || "auto") + 1) % names.length];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    theme.textContent = next === "auto" ? "Colours" : next[0].toUpperCase() + next.slice(1);
    theme.setAttribute("aria-label", `Colours: ${themes[next]}`);
  });

  let folded = [];
  addEventListener("beforeprint", () => {
    each("details.on-paper:not([open])", (one) => { folded.push(one); one.open = true; });
  });
  addEventListener("afterprint", () => {
    folded.forEach((one) => { one.open = false; });
    folded = [];
  });

  const form = document.getElementById("filter");
  if (!form) return;
  form.hidden = false;
  const groups = [...document.querySelectorAll(".findings .group")].reverse();
  const items = [...document.querySelectorAll(".findings .item")];
  const own = (group, name) => {
    const holder = group.closest(`[data-${name}]`);
    return holder ? holder.dataset[name] : "";
  };
  const texts = new Map();
  const text = (element) => {
    if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
    return texts.get(element);
  };
  const heading = (item) => {
    const group = item.closest("article, .pass, .affected");
    const titles = group ? group.querySelectorAll(":scope > .kicker, :scope > h3, :scope > summary") : [];
    return [...titles].map(text).join(" ");
  };
  const checked = (name) => new Set([...form.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value));

  const apply = () => {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = checked("severity");
    const outcomes = checked("outcome");
    const family = form.elements.family.value;
    const standing = form.elements.standing?.value;
    let shown = 0;
    items.forEach((item) => {
      const outcome = own(item, "outcome");
      const fits = (!outcome || outcomes.has(outcome)) && severities.has(own(item, "severity"))
        && (!family || own(item, "family") === family) && (!standing || own(item, "standing") === standing)
        && words.every((word) => text(item).includes(word) || heading(item).includes(word));
      item.hidden = !fits;
      shown += fits;
    });
    groups.forEach((group) => {
      group.hidden = !group.querySelector(".item:not([hidden])");
      if (words.length && !group.hidden && group.tagName === "DETAILS") group.open = true;
    });
    const left = items.length - shown;
    form.elements.shown.value = left ? `${shown} shown, ${left} hidden by the filter` : "";
  };

  const sort = () => {
    const by = form.elements.sort.value;
    const order = {
      rank: (a, b) => a.dataset.rank - b.dataset.rank || b.dataset.count - a.dataset.count,
      rule: (a, b) => (a.dataset.rule < b.dataset.rule ? -1 : 1),
      count: (a, b) => b.dataset.count - a.dataset.count,
    }[by];
    each(".findings", (section) => {
      const rules = [...section.querySelectorAll(":scope > article.rule")].sort(order);
      rules.forEach((rule) => section.append(rule));
    });
  };

  let waiting = 0;
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (event.target.name === "sort") sort();
    else waiting = setTimeout(apply, 120);
  });
  form.addEventListener("reset", () => setTimeout(() => { apply(); sort(); }));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.fold.addEventListener("click", () => {
    const open = [...document.querySelectorAll(".findings details[open]")];
    const all = open.length ? open : [...document.querySelectorAll(".findings details")];
    all.forEach((one) => { one.open = !open.length; });
    form.elements.fold.textContent = open.length ? "Unfold all" : "Fold all";
  });
})();
