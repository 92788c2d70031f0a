// An open countdown: it runs, and a page that waits never gives up asking.
(() => {
  "use strict";
  // data-countdown: epoch seconds by the server's clock (data-now). At zero the element hears `due`, spread over
  // data-spread seconds.
  const sizes = { day: 86400, hour: 3600, minute: 60, second: 1 };
  const tick = () => document.querySelectorAll("[data-countdown]").forEach((box) => {
    const { countdown, now, spread = 5 } = box.dataset;
    box.ahead ??= now ? now * 1000 - Date.now() : 0;
    let left = Math.max(0, Math.ceil(countdown - (Date.now() + box.ahead) / 1000));
    const near = left > 600 ? "" : left > 60 ? "ten" : "one"; // a hidden page ticks once a minute
    const isNew = near && box.near !== undefined && box.near !== near;
    if (isNew) document.querySelector("#notice").textContent = box.dataset[near];
    box.near = near;
    if (!left) box.due ??= setTimeout(() => box.dispatchEvent(new Event("due")), Math.random() * spread * 1000);
    box.querySelectorAll("[data-unit]").forEach((part) => {
      const { unit } = part.dataset; // its caption stands there, the same for every number
      part.querySelector("b").textContent = Math.floor(left / sizes[unit]);
      left %= sizes[unit];
    });
  });
  // Who was on what is replaced comes to the new heading, not to the top of the page
  document.addEventListener("htmx:before:swap", () => {
    if (!document.querySelector("#sheet").contains(document.activeElement)) return;
    document.addEventListener("htmx:after:swap", () => {
      const heading = document.querySelector("#sheet h1");
      heading.tabIndex = -1;
      heading.focus();
    }, { once: true });
  });

  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:after:swap", tick);

  // The time has come and the server is busy: again within a minute, each page at its own moment
  const again = ({ target }) => {
    const box = target.closest?.("[data-countdown]");
    const ask = () => box.dispatchEvent(new Event("due", { bubbles: true }));
    if (box?.due) setTimeout(ask, 10000 + Math.random() * 50000);
  };
  document.addEventListener("htmx:error", again);
  document.addEventListener("htmx:response:error", again);
})();
