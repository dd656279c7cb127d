/*
 * What mops adds to plain pages and htmx. Every behaviour hangs on a data attribute and improves
 * something that works without it; words come from the page, so that they are translated.
 */
(() => {
  "use strict";

  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /** Call `act(element, event)` for events on, or inside, whatever matches `selector`, ever. */
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const element = event.target.closest?.(selector);
      if (element) act(element, event);
    });

  // -- Saying what happened ---------------------------------------------------------------------

  let silence;
  const announce = (text) => {
    const status = find("#status");
    status.textContent = "";
    clearTimeout(silence);
    // A pause, or a screen reader takes the same sentence said twice for no change at all.
    setTimeout(() => (status.textContent = text), 50);
    silence = setTimeout(() => (status.textContent = ""), 8000);
  };

  on("click", "[data-close]", (button) => button.closest("[data-undo], .m-toast").remove());

  // An undo bar counts down, and waits while someone points at it or stands in it.
  setInterval(() => {
    for (const bar of all("[data-undo]")) {
      const left = Number(bar.dataset.undo);
      if (!left || bar.matches(":hover, :focus-within")) continue;
      bar.dataset.undo = left - 1;
      find("[data-undo-left]", bar).textContent = `${left - 1} s`;
      if (left === 1) bar.remove();
    }
  }, 1000);

  // -- htmx: focus, errors, polling -----------------------------------------------------------------

  let lost; // what is near the place where a swap took the focus away

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    // A whole page where a fragment was asked for: signed out meanwhile, or redirected.
    if (/^\s*<!doctype/i.test(detail.xhr.responseText || "")) {
      detail.shouldSwap = false;
      if (detail.requestConfig.verb === "get") location.assign(detail.xhr.responseURL);
      else offerRetry(detail);
      return;
    }
    const row = detail.target.closest?.("[data-row]");
    lost = detail.target.contains(document.activeElement) && {
      next: row?.nextElementSibling || row?.previousElementSibling,
      heading: detail.target.closest("section")?.getAttribute("aria-labelledby"),
      id: detail.target.id,
    };
  });

  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    reveal(detail.elt);
    if (find("[data-error-summary]", detail.elt.parentNode || document)) markTitle();
  });

  // After the request, because what was deleted settles nowhere. htmx itself has by now given the
  // focus back to an element of the same id, or to one with autofocus.
  document.addEventListener("htmx:afterRequest", () => {
    if (!lost || document.activeElement !== document.body) return;
    const swapped = lost.id && document.getElementById(lost.id);
    const goal =
      (swapped && find("a, button, input:not([type=hidden]), select", swapped)) ||
      (lost.next?.isConnected && find("a, button", lost.next)) ||
      (lost.heading && document.getElementById(lost.heading)) ||
      find("h1");
    if (!goal.matches("a, button, input, select, textarea")) goal.tabIndex = -1;
    goal.focus();
    lost = null;
  });

  const markTitle = () => {
    const word = find("[data-error-summary]").dataset.errorSummary;
    if (word && !document.title.startsWith(word)) document.title = `${word} ${document.title}`;
  };

  const offerRetry = (detail) => {
    const bar = find("#retry-bar").content.cloneNode(true);
    const verb = detail.requestConfig.verb;
    find(verb === "get" ? "[data-unsaved]" : "[data-unloaded]", bar).remove();
    find("[data-retry]", bar).onclick = () => {
      find("#retry").replaceChildren();
      htmx.ajax(verb, detail.requestConfig.path, { source: detail.elt, target: detail.target, swap: swapOf(detail.elt) });
    };
    find("#retry").replaceChildren(bar);
  };
  const swapOf = (element) => element.closest("[hx-swap]")?.getAttribute("hx-swap");

  for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(failure, ({ detail }) => {
      if (!detail.elt.matches("[data-poll]")) offerRetry(detail);
    });
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    if (elt.matches("[data-poll]") && (document.hidden || elt.dataset.poll === "paused")) {
      event.preventDefault();
    }
  });
  on("click", "[data-poll-pause]", (button) => {
    const card = button.closest("[data-poll]");
    card.dataset.poll = card.dataset.poll === "paused" ? "" : "paused";
    [button.textContent, button.dataset.other] = [button.dataset.other, button.textContent];
  });

  // -- Lines in order: moved by a drag, by Alt and an arrow, by a button ----------------------------

  const line = (element) => element.closest("[data-sortable] > [draggable]");
  const linesOf = (list) => all(":scope > [draggable]", list);

  const moveTo = (row, place) => {
    const list = row.parentElement;
    const goal = linesOf(list)[place];
    if (!goal || goal === row) return;
    const focused = document.activeElement;
    if (place < linesOf(list).indexOf(row)) goal.before(row);
    else goal.after(row);
    if (row.contains(focused)) focused.focus(); // the move took it away
    linesOf(list).forEach((each, index) => {
      for (const button of all("[name=deed]", each)) button.value = button.value.replace(/\d+$/, index);
    });
    const words = { NAME: row.dataset.name, PLACE: place + 1, COUNT: linesOf(list).length };
    announce(list.dataset.sortable.replace(/NAME|PLACE|COUNT/g, (word) => words[word]));
  };
  const moveBy = (row, by) => moveTo(row, linesOf(row.parentElement).indexOf(row) + by);

  on("click", "[data-move]", (button, event) => {
    event.preventDefault();
    moveBy(line(button), Number(button.dataset.move));
  });
  on("keydown", "[data-sortable] > [draggable]", (row, event) => {
    const by = event.altKey && { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    moveBy(row, by);
  });

  let dragged;
  on("dragstart", "[data-sortable] > [draggable]", (row) => (dragged = row));
  on("dragend", "[data-sortable] > [draggable]", () => (dragged = undefined));
  on("dragover", "[data-sortable] > [draggable]", (row, event) => {
    if (row.parentElement !== dragged?.parentElement) return;
    event.preventDefault();
    moveTo(dragged, linesOf(row.parentElement).indexOf(row));
  });

  // -- Keys -------------------------------------------------------------------------------------------

  const typing = (element) => element.matches("input, textarea, select, [contenteditable]");
  const byKey = (key) => find(`[data-shortcut="${CSS.escape(key)}"]`);
  let keys = "";
  let forget;

  document.addEventListener("keydown", (event) => {
    const mod = event.ctrlKey || event.metaKey;
    if (event.altKey || event.defaultPrevented || event.isComposing) return;
    if (!mod && (document.body.dataset.shortcuts !== "on" || typing(event.target))) return;
    if (mod && typing(event.target) && event.key !== "k") return;
    if (event.key.length > 1) return;
    if (!mod && find("dialog[open]")) return pick(find("dialog[open]"), event);
    clearTimeout(forget);
    forget = setTimeout(() => (keys = ""), 1000);
    keys = mod ? `mod+${event.key}` : `${keys} ${event.key}`.trim();
    // The whole sequence first ("g h"), then its last key alone: a slip of the finger costs nothing.
    const pressed = keys;
    const goal = byKey(keys) || (!mod && byKey(event.key));
    const edited = !mod && event.key === "e" && rowToEdit();
    if (edited) {
      location.assign(edited);
    } else if (goal) {
      event.preventDefault();
      keys = "";
      if (pressed === "mod+k" && find("#palette")) openPalette();
      else if (typing(goal)) goal.focus();
      else goal.click();
    } else if (!mod && "jk".includes(event.key)) {
      event.preventDefault(); // or the letter would land in the field
      step(event.key === "j" ? 1 : -1);
    }
  });

  /** In a dialog a letter presses what begins with it, or walks around all that does. */
  const pick = (dialog, event) => {
    const begins = (element) => ownText(element).trim().toLowerCase().startsWith(event.key.toLowerCase());
    const found = all("a, button", dialog).filter(begins);
    if (!found.length) return;
    event.preventDefault();
    if (found.length > 1) found[(found.indexOf(document.activeElement) + 1) % found.length].focus();
    else found[0].click();
  };

  /** Move the focus to the main link or field of the next or previous row of a list. */
  const step = (by) => {
    const rows = all("[data-row]");
    const here = rows.indexOf(document.activeElement.closest("[data-row]"));
    const row = rows[here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by];
    if (row) find("a, [data-number], button", row)?.focus();
  };

  /** Give where the row that has the focus is edited, on pages where rows are. */
  const rowToEdit = () => {
    const row = document.activeElement.closest("[data-edit] [data-row]");
    return row && new URL(row.closest("[data-edit]").dataset.edit, find("a", row).href);
  };

  /** The words of an element without those of its children, such as a count. */
  const ownText = (element) =>
    [...element.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data : "")).join("");

  const listKeys = () => {
    const single = document.body.dataset.shortcuts === "on";
    const works = (element) => {
      const key = element.dataset.shortcut;
      return (single || key.startsWith("mod")) && byKey(key) === element;
    };
    const row = (element) => {
      const term = document.createElement("dt");
      const key = document.createElement("kbd");
      const words = document.createElement("dd");
      key.textContent = element.dataset.shortcut.replace("mod+", "Ctrl ");
      words.textContent = element.ariaLabel || ownText(element);
      term.append(key);
      return [term, words];
    };
    // Keys of no link or button, where there is something that they are for.
    const others = all("[data-on]", find("#more-keys").content).filter((each) => find(each.dataset.on));
    find("[data-shortcut-list]").replaceChildren(
      ...all("[data-shortcut]").filter(works).flatMap(row),
      ...others.flatMap((each) => [...each.cloneNode(true).children]),
    );
  };

  // -- The palette: the focus stays in its field, arrows choose among what was found -----------------

  const options = () => all("#palette [role=option]");
  const chosen = () => find("#palette [aria-selected=true]");
  const choose = (option) => {
    for (const each of options()) each.ariaSelected = String(each === option);
    find("[data-palette]").setAttribute("aria-activedescendant", option?.id || "");
    option?.scrollIntoView({ block: "nearest" });
  };
  const openPalette = () => {
    const input = find("[data-palette]");
    if (!find("#palette").open) find("#palette").showModal();
    input.select();
    htmx.trigger(input, "palette");
  };

  on("input", "[data-palette]", () => choose()); // what stands there answers other words
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.id !== "palette-list") return;
    // An answer may be overtaken by what was typed since.
    const asked = new URL(detail.xhr.responseURL).searchParams.get("q");
    if (asked !== find("[data-palette]").value) return;
    if (!asked) offerLately();
    choose(options()[0]);
  });

  // What was opened lately: this browser's own memory of one workspace, until signing out.
  const MOST_LATELY = 5;
  const shelf = `lately ${find("#palette form")?.action}`;
  const lately = () => JSON.parse(localStorage.getItem(shelf) || "[]").filter(({ path }) => path !== location.pathname);

  const remember = () => {
    const title = find("h1").textContent.trim().replace(/\s+/g, " ");
    // What is not there, or not allowed, is not come back to.
    const [visit] = performance.getEntriesByType("navigation");
    const opened = visit?.responseStatus >= 400 ? [] : [{ path: location.pathname, title }];
    localStorage.setItem(shelf, JSON.stringify([...opened, ...lately()].slice(0, MOST_LATELY + 1)));
  };
  const forgetAll = () => {
    for (const key of Object.keys(localStorage)) if (key.startsWith("lately ")) localStorage.removeItem(key);
  };
  const offerLately = () => {
    const offered = new Set(options().map((option) => option.pathname));
    const group = find("#lately").content.cloneNode(true).firstElementChild;
    const model = find("a", group);
    model.remove();
    lately().forEach(({ path, title }, place) => {
      if (offered.has(path)) return;
      const option = model.cloneNode();
      [option.id, option.href, option.textContent] = [`option-lately-${place}`, path, title];
      group.append(option);
    });
    if (find("a", group)) find("#palette-list").prepend(group);
  };
  if (find("[data-guest]")) forgetAll();
  else if (find("#palette")) remember();

  on("keydown", "[data-palette]", (input, event) => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const found = options();
    if (by && found.length) {
      event.preventDefault();
      const here = found.indexOf(chosen());
      choose(found[here < 0 ? 0 : (here + by + found.length) % found.length]);
    } else if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      chosen().click();
    }
  });

  // -- A grid of numbers --------------------------------------------------------------------------------

  const cells = (row) => all("input[data-number]", row);
  const placeOf = (input) => input.closest("td").cellIndex;

  /** The input `down` rows below and `right` columns beside `input`, if there is one. */
  const neighbour = (input, down, right = 0) => {
    const rows = all("tbody tr", input.closest("[data-number-grid]"));
    const row = rows[rows.indexOf(input.closest("tr")) + down];
    return row && cells(row).find((each) => placeOf(each) === placeOf(input) + right);
  };

  on("keydown", "[data-number-grid] input[data-number]", (input, event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      const column = all("[data-number-grid] input[data-number]").filter((each) => placeOf(each) === placeOf(input));
      const next = column[column.indexOf(input) + (event.shiftKey ? -1 : 1)];
      next?.focus();
      next?.select();
      if (!next && !event.shiftKey) find("[data-number-save]", input.form)?.focus();
    } else if (event.altKey && event.key === "ArrowDown" && input.dataset.last) {
      event.preventDefault();
      input.value = input.dataset.last;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });

  let before = []; // what a paste replaced: [input, value]

  on("paste", "[data-number-grid] input[data-number]", (input, event) => {
    const lines = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n$/, "").split("\n");
    const block = lines.map((line) => line.split("\t"));
    if (block.length === 1 && block[0].length === 1) return;
    event.preventDefault();
    before = [];
    block.forEach((line, down) =>
      line.forEach((value, right) => {
        const goal = neighbour(input, down, right);
        if (!goal) return;
        before.push([goal, goal.value]);
        goal.value = value.trim();
        goal.classList.add("m-pasted");
      }),
    );
    // Nothing is sent yet: the filled rows are the preview, and one click takes them all back.
    const bar = find("[data-paste-bar]", input.closest("[data-number-grid]"));
    if (!bar) return;
    bar.hidden = false;
    find("[data-paste-count]", bar).textContent = before.length;
    announce(find("p", bar).textContent);
  });
  on("click", "[data-paste-undo]", (button) => {
    for (const [input, value] of before) {
      input.value = value;
      input.classList.remove("m-pasted");
    }
    button.closest("[data-paste-bar]").hidden = true;
    before[0]?.[0].focus();
  });

  // -- Small things ----------------------------------------------------------------------------------------

  on("click", "[data-dialog]", (opener, event) => {
    event.preventDefault();
    if (opener.dataset.dialog === "shortcuts") listKeys();
    document.getElementById(opener.dataset.dialog).showModal();
  });

  const closeMenus = (except) => {
    for (const menu of all("[data-menu][open]")) if (menu !== except) menu.open = false;
  };
  let scrolled; // how far, when a menu was opened: the event of an earlier scroll may come late
  document.addEventListener("click", ({ target }) => {
    closeMenus(target.closest("[data-menu]"));
    scrolled = scrollY;
  });
  addEventListener("scroll", () => scrollY === scrolled || closeMenus(), { passive: true });
  on("keydown", "[data-menu][open]", (menu, event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    find("summary", menu).focus();
  });

  // -- A chart: dragging over it leads to the address that shows those periods ---------------------

  const show = (change) => {
    const url = new URL(location);
    for (const name of ["periods", "from", "to"]) url.searchParams.delete(name);
    for (const [name, day] of Object.entries(change)) url.searchParams.set(name, day);
    if (url.href !== location.href) location.assign(url);
  };

  let drag;
  // A finger scrolls the page; it chooses the days in the menu.
  on("pointerdown", "[data-zoom] > svg", (chart, event) => {
    if (event.button || event.pointerType === "touch") return;
    event.preventDefault();
    const mark = document.createElementNS(chart.namespaceURI, "rect");
    mark.classList.add("m-zoom");
    mark.setAttribute("height", "100%");
    chart.append(mark);
    drag = { mark, box: chart.getBoundingClientRect(), from: event.clientX, starts: chart.parentElement.dataset.zoom.split(" ") };
  });
  /** Give both ends of a drag as shares of the chart's width, the left one first. */
  const ends = ({ box, from }, to) =>
    [from, to].map((x) => Math.min(1, Math.max(0, (x - box.left) / box.width))).sort((a, b) => a - b);
  addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [left, right] = ends(drag, event.clientX);
    drag.mark.setAttribute("x", `${left * 100}%`);
    drag.mark.setAttribute("width", `${(right - left) * 100}%`);
  });
  const drop = () => {
    drag?.mark.remove();
    drag = null;
  };
  addEventListener("pointercancel", drop);
  on("keydown", "body", (_body, event) => event.key === "Escape" && drop());
  addEventListener("pointerup", (event) => {
    if (!drag) return;
    const { starts } = drag;
    // Each dot stands in the middle of its period; those that were dragged over are meant.
    const [left, right] = ends(drag, event.clientX).map((share) => share * starts.length - 0.5);
    const [first, last] = [Math.ceil(left), Math.floor(right)];
    drop();
    if (first < last) show({ from: starts[first], to: starts[last] });
  });
  on("dblclick", "[data-zoom] > svg", () => show({}));

  on("click", "[data-copy]", async (button) => {
    const input = document.getElementById(button.dataset.copy);
    input.select();
    // Without https there is no clipboard to write to; the old way still copies the selection.
    if (navigator.clipboard) await navigator.clipboard.writeText(input.value);
    else document.execCommand("copy");
    announce(button.dataset.copied);
  });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    else if (!event.defaultPrevented && !form.matches("[hx-post], [hx-get]")) {
      form.dataset.sent = "yes";
      event.submitter?.setAttribute("aria-busy", "true");
    }
  });
  addEventListener("pageshow", () => {
    for (const form of all("form[data-sent]")) {
      delete form.dataset.sent;
      find("[aria-busy]", form)?.removeAttribute("aria-busy");
    }
  });

  for (const select of all("select[data-zone]")) {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    if ([...select.options].some(({ value }) => value === timeZone)) select.value = timeZone;
  }

  /** Show what only works with JavaScript. */
  const reveal = (root) => {
    for (const element of all("[data-js][hidden]", root)) element.hidden = false;
  };
  reveal(document);
})();
