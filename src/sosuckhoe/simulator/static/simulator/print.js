// Printing shows the whole visit: every section is opened first and closed again afterwards.
const button = document.getElementById("print");
const sections = [...document.querySelectorAll("details")];
let closed = [];
window.addEventListener("beforeprint", () => {
  closed = sections.filter((section) => !section.open);
  closed.forEach((section) => { section.open = true; });
});
window.addEventListener("afterprint", () => closed.forEach((section) => { section.open = false; }));
button.hidden = false;
button.addEventListener("click", () => window.print());
