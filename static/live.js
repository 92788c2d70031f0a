// data-live: a link by which the page asks by itself. It asks nothing while the page is hidden, and moves no list
// under a pointer or the focus: then its figures alone are swapped. What is pressed is always asked.
document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (!event.target.matches("[data-live]") || ctx.sourceEvent.type === "click") return;
  if (document.hidden) event.preventDefault();
  if (document.querySelector("#lists:is(:hover, :focus-within)")) {
    Object.assign(ctx, { select: "#figures", target: document.querySelector("#figures") });
  }
});
