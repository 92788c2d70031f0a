// A one-time link: its code, which no server has seen, goes into the field and out of the address.
(() => {
  "use strict";
  const fill = () => {
    if (location.hash.length < 2) return;
    document.getElementById("code").value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
  };
  addEventListener("hashchange", fill);
  fill();
})();
