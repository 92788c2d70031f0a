// What script adds to pages that work without it. `hidden data-scripted`: of no use before.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const by = (id) => document.getElementById(id);
const on = (event, react) => document.addEventListener(event, react);

// What htmx leaves unsaid
const say = (what) => {
  const region = by("notice");
  region.innerHTML = '<p class="notice bad"></p>';
  region.firstChild.textContent = region.dataset[what] || what;
};
on("htmx:error", ({ detail: { ctx, error } }) => {
  if (ctx && ctx.sourceElement.id !== "asking") say(error === "timeout" ? "slow" : "lost");  // else nothing was pressed
});
on("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status < 500) return;
  const page = new DOMParser().parseFromString(ctx.text, "text/html");
  say((ctx.hx.retarget && page.querySelector("p")?.textContent) || "failed");
});

// A swap loses neither place nor what is being typed
let kept, old;
on("htmx:before:swap", ({ detail: { ctx } }) => {
  old = new Set(all("[hx-post]"));
  const at = document.activeElement;
  const isText = at !== ctx.sourceElement && at.type !== "checkbox" && at.defaultValue != null;
  const typed = isText && at.value !== at.defaultValue;
  kept = { at, typed: typed && at.value };
});
on("htmx:after:swap", () => {
  enhance();
  refused();
  const { at, typed } = kept ?? {}, now = by(at?.id);
  kept = null;
  all("[hx-post]").filter((control) => !old?.has(control) && isUnheard(control)).forEach(changed);
  if (document.activeElement === document.body) now?.focus({ preventScroll: true });
  if (!now || now === at || !typed) return;
  now.value = typed;  // which is no change to a browser
  const tell = () => changed(now);
  now.addEventListener("blur", tell, { once: true });
  now.addEventListener("change", () => now.removeEventListener("blur", tell));
});
// Nor a control that was changed between its insertion and the moment from which htmx hears it
const changed = (control) => control.dispatchEvent(new Event("change", { bubbles: true }));
const isUnheard = ({ type, checked, defaultChecked, options }) => type === "checkbox"
  ? checked !== defaultChecked
  : options && [...options].some((one) => one.selected !== one.defaultSelected);
// Nor a box that is just being pressed: let go over its successor, or amid the swap, it would hear nothing
let held;
const meant = (target) => target === document.body && kept ? kept.at : target;
const press = ({ target }) => { held = meant(target); };
const release = ({ target, key = " " }) => {
  const box = by(meant(target).id);
  if (key === " " && box?.type === "checkbox" && box !== held && box.id === held?.id) box.click();
};
on("keydown", press);
on("keyup", release);
on("pointerdown", press);
on("pointerup", release);
let seen;
const refused = () => {
  const [summary] = all(".error-summary");
  if (summary !== seen) (seen = summary)?.focus();
};

// data-filter-list="id"; data-mark-all and data-count-of="selector"
// As models/finding.py does
const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\p{M}\p{Pd}\p{Lm}'’‘`´]/gu, "")
  .replace(/[łøđı]/g, (letter) => "lodi"["łøđı".indexOf(letter)]);
const boxes = (place, state) => all(`${place} [type=checkbox]:not([data-mark-all])${state}`);
const shown = (master) => boxes(master.dataset.markAll, ":enabled").filter((box) => !box.closest("[hidden]"));
const count = () => {
  all("[data-mark-all]").forEach((master) => {
    const mine = shown(master);
    master.checked = mine[0] && mine.every((box) => box.checked);
  });
  all("[data-count-of]").forEach((out) => { out.textContent = boxes(out.dataset.countOf, ":checked").length; });
};
on("input", ({ target }) => {
  const { filterList } = target.dataset, words = plain(target.value).split(/\s+/);
  if (!filterList) return;
  all(`#${filterList} > *`).forEach((item) => {
    item.hidden = !words.every((word) => plain(item.textContent).includes(word));
  });
  count();
});
on("change", ({ target }) => {
  if (target.dataset.markAll) shown(target).forEach((box) => { box.checked = target.checked; });
  count();
});
on("click", ({ target }) => {
  if (target.closest("[data-print]")) print();
  target.closest("[data-close]")?.closest(".notice").remove();
});

const enhance = () => {
  all("[data-scripted]").forEach((box) => { box.hidden = false; });
  count();
};
enhance();
refused();
