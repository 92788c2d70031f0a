// What script adds to pages that work without it. `hidden data-scripted` marks what only this file brings to life.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (event, react) => document.addEventListener(event, react);
  const language = document.documentElement.lang;

  // What htmx leaves unsaid, in the notice
  const say = (sentence) => {
    const region = document.getElementById("notice");
    if (!region) return;
    region.innerHTML = '<div class="notice bad"><p></p></div>';
    region.querySelector("p").textContent = region.dataset[sentence] || sentence;
  };
  on("htmx:error", ({ detail: { ctx, error } }) => ctx && say(error === "timeout" ? "slow" : "lost"));
  on("htmx:response:error", ({ detail: { ctx } }) => {
    if (ctx.response.status < 500) return;
    const page = new DOMParser().parseFromString(ctx.text, "text/html");
    say((ctx.hx.retarget === "#notice" && page.querySelector("p")?.textContent) || "failed");
  });

  // A swap loses neither the place nor what is being typed into the next control
  let kept;
  on("htmx:before:swap", ({ detail: { ctx } }) => {
    const { id, value, defaultValue, type } = document.activeElement;
    kept = { id, typed: /text|search|tel|email/.test(type) && document.activeElement !== ctx.sourceElement && value !== defaultValue && value };
  });
  on("htmx:after:swap", () => {
    enhance();
    const now = kept?.id && document.getElementById(kept.id);
    if (!now || refused()) return;
    if (document.activeElement === document.body) now.focus({ preventScroll: true });
    if (kept.typed) now.value = kept.typed;
  });
  const refused = () => {
    const summary = document.querySelector(".error-summary:not([data-seen])");
    summary?.setAttribute("data-seen", "");
    summary?.focus();
    return summary;
  };

  // data-countdown: seconds since 1970, told by the server's clock (data-now). At zero the element hears `due`
  // within data-spread seconds, so that a whole country does not ask at once.
  const tick = () => all("[data-countdown]").forEach((box) => {
    const { countdown, now, spread } = box.dataset;
    box.ahead ??= now ? now * 1000 - Date.now() : 0;
    let left = Math.max(0, Math.ceil(countdown - (Date.now() + box.ahead) / 1000));
    if (!left && !box.due) box.due = setTimeout(() => box.dispatchEvent(new Event("due", { bubbles: true })), Math.random() * 1000 * (spread || 5));
    all("[data-unit]", box).forEach((part) => {
      const { unit } = part.dataset, size = { day: 86400, hour: 3600, minute: 60, second: 1 }[unit];
      const parts = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).formatToParts(Math.floor(left / size));
      const take = (wanted) => parts.filter(({ type }) => (type === "unit") === wanted).map(({ value }) => value).join("").trim();
      part.children[0].textContent = take(false) || Math.floor(left / size);
      part.children[1].textContent = take(true);
      left %= size;
    });
  });

  // Long lists: data-filter-list="id of the list", data-mark-all and data-count-of="selector of the list"
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const boxes = (list) => all(`${list} input[type=checkbox]:enabled:not([data-mark-all])`);
  const shown = (master) => boxes(master.dataset.markAll).filter((box) => box.checkVisibility());
  const count = () => {
    all("[data-mark-all]").forEach((master) => {
      const mine = shown(master), marked = mine.filter((box) => box.checked).length;
      master.checked = marked && marked === mine.length;
      master.indeterminate = marked && !master.checked;
    });
    all("[data-count-of]").forEach((out) => { out.textContent = boxes(out.dataset.countOf).filter((box) => box.checked).length; });
  };
  on("input", ({ target }) => {
    const words = plain(target.value || "").split(/\s+/), list = document.getElementById(target.dataset.filterList);
    if (!list) return;
    for (const item of list.children) item.hidden = !words.every((word) => plain(item.textContent).includes(word));
    count();
  });
  on("change", ({ target }) => {
    if (target.dataset.markAll) shown(target).forEach((box) => { box.checked = target.checked; });
    if (target.type === "checkbox") count();
  });
  on("click", ({ target }) => {
    if (target.closest("[data-print]")) print();
    target.closest("[data-close]")?.closest(".notice").remove();
  });

  const enhance = () => {
    all("time[data-local]").forEach((time) => {
      time.textContent = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", year: "numeric",
        hour: "2-digit", minute: "2-digit", timeZoneName: "short" }).format(new Date(time.dateTime));
    });
    all("[data-scripted][hidden]").forEach((element) => { element.hidden = false; });
    count();
    tick();
  };
  enhance();
  refused();
  setInterval(tick, 1000);
})();
