// What the keyboard and small screens need. Every page works without it; it only makes things quicker.
(function () {
  "use strict";

  const typing = (target) =>
    target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;

  // Lists: j/k or arrows move between rows, Enter opens, x marks.
  const openers = () => Array.from(document.querySelectorAll("a.opens")).filter((link) => link.offsetParent);
  function move(step) {
    const links = openers();
    if (!links.length) return false;
    const row = document.activeElement && document.activeElement.closest("tr, li");
    const here = links.findIndex((link) => link === document.activeElement || (row && row.contains(link)));
    const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + step, 0), links.length - 1);
    links[next].focus();
    links[next].scrollIntoView({ block: "nearest" });
    return true;
  }

  function mark() {
    const row = document.activeElement && document.activeElement.closest("tr");
    const box = row && row.querySelector("input[type=checkbox]");
    if (box) box.click();
    return Boolean(box);
  }

  function help(open) {
    const dialog = document.getElementById("keyboard-help");
    if (!dialog || typeof dialog.showModal !== "function") return false;
    if (open && !dialog.open) dialog.showModal();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      document.querySelectorAll("details.bar-person[open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      if (typing(event.target)) event.target.blur();
      return;
    }
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const search = document.getElementById("search");
    let done = false;
    if (event.key === "/" && search) {
      search.focus();
      search.select();
      done = true;
    } else if (event.key === "?") done = help(true);
    else if (event.key === "j" || (event.key === "ArrowDown" && event.target.closest("tr, .causes, .needs"))) done = move(1);
    else if (event.key === "k" || (event.key === "ArrowUp" && event.target.closest("tr, .causes, .needs"))) done = move(-1);
    else if (event.key === "x") done = mark();
    if (done) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const target = event.target;
    if (!(target instanceof Element)) return;
    if (target.closest("[data-opens-help]")) return void help(true);
    const closer = target.closest("[data-closes]");
    if (closer) {
      const what = closer.closest(closer.dataset.closes);
      if (what instanceof HTMLDialogElement) what.close();
      else if (what) what.remove();
      return;
    }
    const toggle = target.closest(".nav-toggle");
    if (toggle) {
      const open = document.getElementById("nav").classList.toggle("nav-open");
      toggle.setAttribute("aria-expanded", String(open));
      return;
    }
    if (target.closest("[data-prints]")) return void window.print();
    const official = target.closest("[data-shows-official]");
    if (official) {
      const shown = document.body.classList.toggle("show-official");
      official.setAttribute("aria-pressed", String(shown));
      return;
    }
    // A click anywhere in a row opens it, unless the click meant something else.
    const row = target.closest(".list-opens tbody tr");
    if (row && !target.closest("a, button, input, label, summary, select") && !String(window.getSelection())) {
      const link = row.querySelector("a.opens");
      if (link) link.click();
    }
    document.querySelectorAll("details.bar-person[open]").forEach((menu) => {
      if (!menu.contains(target)) menu.open = false;
    });
  });

  document.addEventListener("change", (event) => {
    const target = event.target;
    if (target.matches("[data-checks]")) {
      document.querySelectorAll(target.dataset.checks).forEach((box) => {
        box.checked = target.checked;
      });
    }
    if (target.matches("[data-submits]")) target.form.requestSubmit();
    count();
  });

  // Bulk actions say how many rows they will touch.
  function count() {
    document.querySelectorAll("[data-counts]").forEach((button) => {
      const many = document.querySelectorAll(button.dataset.counts + ":checked").length;
      button.querySelector("[data-count]").textContent = String(many);
      button.disabled = many === 0;
    });
  }
  count();

  // The error summary takes the focus, so that a screen reader starts there.
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();

  // A form that was sent once is not sent twice by an impatient second press.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    else if (event.target.method === "post" && !event.target.hasAttribute("hx-post")) event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // Upload: files may be dropped on the frame; their names and sizes are shown before sending.
  document.querySelectorAll(".drop, .file-field").forEach((frame) => {
    const input = frame.querySelector("input[type=file]");
    const chosen = frame.querySelector("[data-chosen]");
    const limit = Number(frame.dataset.limit || 0);
    const size = (bytes) => (bytes / 1048576).toLocaleString("vi-VN", { maximumFractionDigits: 1 });
    function show() {
      const files = Array.from(input.files);
      const total = files.reduce((sum, file) => sum + file.size, 0);
      const over = limit && total > limit;
      chosen.textContent = !files.length
        ? ""
        : over
          ? "Đã chọn " + files.length + " tệp, " + size(total) + " MB: nhiều hơn mức " + size(limit) + " MB mỗi lần. Xin chọn ít tệp hơn."
          : "Đã chọn " + files.length + " tệp, " + (total < 104858 ? "dưới 0,1" : size(total)) + " MB: " + files.slice(0, 5).map((file) => file.name).join(", ") + (files.length > 5 ? "…" : "");
      chosen.className = over ? "field-error" : "hint";
    }
    input.addEventListener("change", show);
    ["dragenter", "dragover"].forEach((name) =>
      frame.addEventListener(name, (event) => {
        event.preventDefault();
        frame.classList.add("drop-over");
      }),
    );
    ["dragleave", "drop"].forEach((name) => frame.addEventListener(name, () => frame.classList.remove("drop-over")));
    frame.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer && event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        show();
      }
    });
  });
})();
