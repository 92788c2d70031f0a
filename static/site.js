// What script adds to pages that work without it. `hidden data-scripted`: of no use before.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const by = (id) => document.getElementById(id);
const on = (event, react) => document.addEventListener(event, react);
const language = document.documentElement.lang.replace(/^en$/, "en-GB");

// What htmx leaves unsaid
const say = (what) => {
  const region = by("notice");
  region.innerHTML = '<p class="notice bad"></p>';
  region.firstChild.textContent = region.dataset[what] || what;
};
on("htmx:error", ({ detail: { ctx, error } }) => ctx && say(error === "timeout" ? "slow" : "lost"));
on("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status < 500) return;
  const page = new DOMParser().parseFromString(ctx.text, "text/html");
  say((ctx.hx.retarget && page.querySelector("p")?.textContent) || "failed");
});

// A swap loses neither place nor what is being typed
let kept;
on("htmx:before:swap", ({ detail: { ctx } }) => {
  const at = document.activeElement;
  const typed = at !== ctx.sourceElement && at.defaultValue != null && at.value !== at.defaultValue;
  kept = { id: at.id, typed: typed && at.value };
});
on("htmx:after:swap", () => {
  enhance();
  refused();
  const now = by(kept.id);
  if (document.activeElement === document.body) now?.focus({ preventScroll: true });
  if (now && kept.typed) now.value = kept.typed;
});
let seen;
const refused = () => {
  const [summary] = all(".error-summary");
  if (summary !== seen) (seen = summary)?.focus();
};

// data-countdown: epoch seconds by the server's clock (data-now). At zero the element hears `due`, spread over
// data-spread seconds.
const sizes = { day: 86400, hour: 3600, minute: 60, second: 1 };
const tick = () => all("[data-countdown]").forEach((box) => {
  const { countdown, now, spread = 5 } = box.dataset;
  box.ahead ??= now ? now * 1000 - Date.now() : 0;
  let left = Math.max(0, Math.ceil(countdown - (Date.now() + box.ahead) / 1000));
  if (!left) box.due ??= setTimeout(() => box.dispatchEvent(new Event("due")), Math.random() * spread * 1000);
  all("[data-unit]", box).forEach((part) => {
    const { unit } = part.dataset;
    part.innerHTML = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" })
      .formatToParts(Math.floor(left / sizes[unit]))
      .map(({ type, value }) => type === "unit" ? `<span>${value}</span>` : value.trim() && `<b>${value}</b>`).join("");
    left %= sizes[unit];
  });
});

// data-filter-list="id"; data-mark-all and data-count-of="selector"
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
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
  all("time[data-local]").forEach((time) => {
    time.textContent = new Date(time.dateTime).toLocaleString(language, { dateStyle: "full", timeStyle: "short" });
  });
  all("[data-scripted]").forEach((box) => { box.hidden = false; });
  count();
  tick();
};
enhance();
refused();
setInterval(tick, 1000);
