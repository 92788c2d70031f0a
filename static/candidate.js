// The candidate site's own script: the slip's QR code fills the form, and a waiting page never gives up asking.
(() => {
  "use strict";

  // #u=XA101-0007-J26&p=… never reaches a server; it is filled in and wiped from the address
  const form = document.querySelector(".slip-form");
  const fill = () => {
    const slip = new URLSearchParams(location.hash.slice(1));
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

  // The time has come and the server is busy: again within a minute, each page at its own moment
  const again = ({ target }) => {
    const box = target.closest?.("[data-countdown]");
    if (box?.due) setTimeout(() => box.dispatchEvent(new Event("due", { bubbles: true })), 10000 + Math.random() * 50000);
  };
  document.addEventListener("htmx:error", again);
  document.addEventListener("htmx:response:error", again);
})();
