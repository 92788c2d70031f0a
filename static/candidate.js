// What script adds to a candidate's page. It stands in the page itself, and a phone of 2018 can read it.
(() => {
  "use strict";
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const on = (event, react) => document.addEventListener(event, react);
  const first = (selector) => document.querySelector(selector);
  const form = first(".slip-form"), waiting = first("form[data-again]"), summary = first(".error-summary");
  const send = (what) => (what.requestSubmit ? what.requestSubmit() : what.submit());

  // #u=XA101-0007-J26&p=… never reaches a server; it is filled in and wiped from the address
  const fill = () => {
    const slip = new URLSearchParams(location.hash.slice(1));
    if (form && slip.has("code")) { // a statement's: nobody but this page has seen it
      form.elements.code.value = slip.get("code");
      history.replaceState(null, "", location.pathname);
      send(form);
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
  if (waiting) setTimeout(() => send(waiting), waiting.dataset.again * 1000);
  if (summary) summary.focus();

  // data-address: the results, wherever they were answered; so that to load them anew sends no form again. data-here:
  // when they were answered to a sign-in, which tells why a browser that keeps no cookies comes back as a stranger
  const { address, later } = document.body.dataset, signedIn = first("[data-here]");
  const stand = (query) => history.replaceState(null, "", address + query);
  if (address) {
    stand(signedIn ? `?here=${signedIn.dataset.here}` : "");
    on("submit", () => stand("")); // signing out: Back comes as a stranger, and knows why
  }

  // `hidden data-scripted`, or `disabled`: of no use without script
  const enhance = () => {
    // data-local: the pattern (LDML) of an instant; told only where the device's clock is not the centre's
    all("[data-local]").forEach((time) => {
      const at = new Date(time.dateTime), two = (number) => `${number}`.padStart(2, "0");
      const named = (how) => at.toLocaleDateString(document.documentElement.lang, how);
      const parts = {
        EEEE: named({ weekday: "long" }), MMMM: named({ month: "long" }), d: at.getDate(), M: at.getMonth() + 1,
        y: at.getFullYear(), HH: two(at.getHours()), mm: two(at.getMinutes()),
      };
      time.textContent = time.dataset.local.replace(/'(.+?)'|EEEE|MMMM|HH|mm|[dMy]/g, (of, word) => word || parts[of]);
      time.parentNode.hidden = -at.getTimezoneOffset() == time.dataset.offset;
    });
    all("[data-scripted]").forEach((box) => { box.hidden = box.disabled = false; });
  };
  enhance();
  on("htmx:after:swap", enhance);
  on("click", ({ target }) => target.closest("[data-print]") && print());

  // data-later: what a waiting page needs only once it is painted
  const load = () => later.split(" ").forEach((source) => {
    const script = document.createElement("script");
    script.async = false; // in their order
    script.src = source;
    document.head.append(script);
  });
  const next = requestAnimationFrame; // the frame after the first one
  if (later) addEventListener("load", () => next(() => next(load)));
})();
