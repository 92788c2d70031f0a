// The candidate site's own script: the slip's QR code fills the form, the countdown runs, and a page that waits
// never gives up asking.
(() => {
  "use strict";

  // #u=XA101-0007-J26&p=… never reaches a server; it is filled in and wiped from the address
  const form = document.querySelector(".slip-form");
  const fill = () => {
    const slip = new URLSearchParams(location.hash.slice(1));
    if (form && slip.has("code")) { // a statement's: nobody but this page has seen it
      form.elements.code.value = slip.get("code");
      history.replaceState(null, "", location.pathname);
      form.requestSubmit();
    }
    if (!form || !slip.has("p")) return;
    form.elements.username.value = slip.get("u") || "";
    form.elements.password.value = slip.get("p");
    history.replaceState(null, "", location.pathname);
    form.querySelector("button").focus();
  };
  addEventListener("hashchange", fill);
  fill();

  // Too many at once: what was typed is sent again when the server said
  const waiting = document.querySelector("form[data-again]");
  if (waiting) setTimeout(() => waiting.requestSubmit(), waiting.dataset.again * 1000);

  // data-countdown: epoch seconds by the server's clock (data-now). At zero the element hears `due`, spread over
  // data-spread seconds.
  const language = document.documentElement.lang.replace(/^en$/, "en-GB");
  const sizes = { day: 86400, hour: 3600, minute: 60, second: 1 };
  const tick = () => document.querySelectorAll("[data-countdown]").forEach((box) => {
    const { countdown, now, spread = 5 } = box.dataset;
    box.ahead ??= now ? now * 1000 - Date.now() : 0;
    let left = Math.max(0, Math.ceil(countdown - (Date.now() + box.ahead) / 1000));
    if (!left) box.due ??= setTimeout(() => box.dispatchEvent(new Event("due")), Math.random() * spread * 1000);
    box.querySelectorAll("[data-unit]").forEach((part) => {
      const { unit } = part.dataset;
      part.innerHTML = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" })
        .formatToParts(Math.floor(left / sizes[unit]))
        .map(({ type, value }) => type === "unit" ? `<span>${value}</span>` : value.trim() && `<b>${value}</b>`)
        .join("");
      left %= sizes[unit];
    });
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
