// Loaded into a page before anything else: what a reader of it sees.
globalThis.seen = {
  /** The texts that are visible, each with the language it is in and where it stands. */
  texts() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.data.trim();
      const at = node.parentElement;
      if (text === "" || at.closest("script, style") !== null || !at.checkVisibility()) continue;
      found.push({
        text,
        lang: at.closest("[lang]").getAttribute("lang"),
        quoted: at.closest("pre, code, button, .quoted") !== null,
      });
    }
    return found;
  },

  /** The least contrast of a visible text with what is behind it, as WCAG 2 has it, with the text. */
  leastContrast() {
    const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
    const luminance = (colour) => {
      const [r, g, b] = channels(colour)
        .slice(0, 3)
        .map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
      for (let at = element; at !== null; at = at.parentElement) {
        const { backgroundColor } = getComputedStyle(at);
        if ((channels(backgroundColor)[3] ?? 1) === 1) return backgroundColor;
      }
      return "rgb(255, 255, 255)";
    };
    let least = { contrast: 21, text: "" };
    for (const element of document.body.querySelectorAll("*")) {
      const own = [...element.childNodes].find((node) => node.nodeType === 3 && node.data.trim() !== "");
      if (own === undefined || element.closest("script, style") !== null || !element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const colour = element instanceof SVGElement ? style.fill : style.color;
      const [a, b] = [luminance(colour), luminance(behind(element))].sort((x, y) => y - x);
      const contrast = (a + 0.05) / (b + 0.05);
      if (contrast < least.contrast) least = { contrast, text: own.data.trim() };
    }
    return least;
  },

  /** Every picture, decoded. */
  async images() {
    return Promise.all(
      [...document.images].map(async (image) => {
        await image.decode();
        return { width: image.naturalWidth, height: image.naturalHeight, shown: image.getBoundingClientRect().width };
      }),
    );
  },

  /** Every chart: its lines, and what is wrong with its texts. */
  charts() {
    return [...document.querySelectorAll("figure.chart > svg")].map((svg) => {
      const frame = svg.getBoundingClientRect();
      const labels = [...svg.querySelectorAll("text")]
        .filter((label) => label.checkVisibility())
        .map((label) => ({ text: label.textContent, box: label.getBoundingClientRect() }));
      const outside = labels.filter(
        ({ box }) => box.left < frame.left || box.right > frame.right || box.bottom > frame.bottom + 1,
      );
      const apart = (p, q) => p.right <= q.left || q.right <= p.left || p.bottom <= q.top || q.bottom <= p.top;
      const overlaps = labels.flatMap((p, i) =>
        labels
          .slice(i + 1)
          .filter((q) => !apart(p.box, q.box))
          .map((q) => `${p.text} ${q.text}`),
      );
      const lines = [...svg.querySelectorAll("path:not(.band)")].map((path) => ({
        length: path.getTotalLength(),
        d: path.getAttribute("d"),
      }));
      const fontSize = Math.min(...labels.map(({ box }) => box.height));
      return { lines, dots: svg.querySelectorAll("circle").length, outside: outside.map(({ text }) => text), overlaps, fontSize };
    });
  },

  /** The rows of the verification table as texts. */
  checks() {
    return [...document.querySelectorAll("table.checks tbody tr")].map((row) => {
      const [id, , residual, tolerance, verdict] = [...row.children].map((cell) => cell.innerText);
      return { id, residual, tolerance, verdict };
    });
  },
};
