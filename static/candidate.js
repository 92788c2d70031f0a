// What script adds to a candidate's page. It stands in the page itself, and a phone of 2018 can read it.
(() => {
  "use strict";
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const on = (event, react) => document.addEventListener(event, react);
  const language = `${document.documentElement.lang.replace(/^en$/, "en-GB")}-u-nu-latn`;
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

  // data-address: the results, wherever they were answered; so that to load them anew sends no form again
  const { address, later } = document.body.dataset;
  if (address) history.replaceState(null, "", address);

  // `hidden data-scripted`, or `disabled`: of no use without script
  const enhance = () => {
    all("time[data-local]").forEach((time) => {
      const how = { dateStyle: "full", timeStyle: "short", hourCycle: "h23" };
      time.textContent = new Date(time.dateTime).toLocaleString(language, how);
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
