// The live figure: a digit that the reader turns, shifts, scales, blurs with noise or draws, and what a nearest
// neighbour and a logistic regression say about it. The model is loaded when the figure comes into view.
"use strict";
(() => {
  const SIDE = 28, PIXELS = SIDE * SIDE, CENTER = (SIDE - 1) / 2, NEIGHBOURS = 5;
  const folder = document.currentScript.src.replace(/live\.js.*/, "");
  let model;

  const unpack = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;

  function load() {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = folder + "model.js";
      script.onerror = reject;
      script.onload = () => {
        const packed = window.liveModel;
        model = {
          weights: new Float32Array(unpack(packed.weights)),
          intercept: new Float32Array(unpack(packed.intercept)),
          known: Float64Array.from(new Uint8Array(unpack(packed.known)), (value) => value / 255),
          labels: packed.labels,
          samples: Float64Array.from(new Uint8Array(unpack(packed.samples)), (value) => value / 255),
          noise: new Float32Array(unpack(packed.noise)),
        };
        resolve(model);
      };
      document.head.append(script);
    });
  }

  // As draw_geometry and warp_images: zoom, then rotation (degrees, counter-clockwise), then shift, bilinear.
  function warp(image, {rotation = 0, zoom = 1, down = 0, right = 0}) {
    const angle = rotation * Math.PI / 180, cosine = Math.cos(angle) / zoom, sine = Math.sin(angle) / zoom;
    const result = new Float64Array(PIXELS);
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const y = row - CENTER - down, x = column - CENTER - right;
        const place = [cosine * y + sine * x + CENTER, cosine * x - sine * y + CENTER];
        const [r, c] = place.map((value) => Math.min(Math.max(value, 0), SIDE - 1));
        if (Math.abs(r - place[0]) >= 1e-6 || Math.abs(c - place[1]) >= 1e-6) continue;
        const top = Math.min(Math.floor(r), SIDE - 2), left = Math.min(Math.floor(c), SIDE - 2);
        const dr = r - top, dc = c - left, corner = top * SIDE + left;
        result[row * SIDE + column] =
          (image[corner] * (1 - dc) + image[corner + 1] * dc) * (1 - dr) +
          (image[corner + SIDE] * (1 - dc) + image[corner + SIDE + 1] * dc) * dr;
      }
    }
    return result;
  }

  const addNoise = (image, strength) =>
    image.map((value, i) => Math.min(Math.max(value + strength * model.noise[i], 0), 1));

  function probabilities(image) {
    const scores = Array.from(model.intercept, (intercept, digit) =>
      image.reduce((sum, value, i) => sum + value * model.weights[digit * PIXELS + i], intercept));
    const highest = Math.max(...scores), powers = scores.map((score) => Math.exp(score - highest));
    const total = powers.reduce((sum, power) => sum + power);
    return powers.map((power) => power / total);
  }

  function neighbours(image) {
    const found = model.labels.map((label, index) => {
      const distance = image.reduce((sum, value, i) => sum + (value - model.known[index * PIXELS + i]) ** 2, 0);
      return {index, label, distance: Math.sqrt(distance)};
    });
    return found.sort((a, b) => a.distance - b.distance || a.index - b.index).slice(0, NEIGHBOURS);
  }

  window.liveDigit = {load, warp, addNoise, probabilities, neighbours, sample: (digit) =>
    model.samples.slice(digit * PIXELS, (digit + 1) * PIXELS)};

  const SLIDERS = [
    {name: "rotation", label: "turn", unit: "°", min: -90, max: 90, step: 1, value: 0},
    {name: "right", label: "shift to the right", unit: " pixels", min: -10, max: 10, step: 0.5, value: 0},
    {name: "down", label: "shift down", unit: " pixels", min: -10, max: 10, step: 0.5, value: 0},
    {name: "zoom", label: "zoom", unit: "×", min: 0.5, max: 1.6, step: 0.02, value: 1},
    {name: "noise", label: "noise", unit: "", min: 0, max: 1, step: 0.02, value: 0},
  ];

  const make = (tag, attributes = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), attributes);
    node.append(...children);
    return node;
  };

  function paint(canvas, image) {
    const context = canvas.getContext("2d"), picture = context.createImageData(SIDE, SIDE);
    image.forEach((value, i) => picture.data.set([255 * value, 255 * value, 255 * value, 255], 4 * i));
    context.putImageData(picture, 0, 0);
  }

  const canvas = (label) => {
    const node = make("canvas", {width: SIDE, height: SIDE});
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", label);
    return node;
  };

  function build(figure) {
    let digit = 2, drawn = null, pen = {row: 14, column: 14};
    const inputs = {}, outputs = {};
    const choice = make("select", {id: "live-digit-choice"});
    for (let i = 0; i < 10; i++) choice.append(make("option", {value: i, textContent: `a ${i} of the test set`, selected: i === digit}));
    choice.append(make("option", {value: "drawn", textContent: "my own drawing"}));
    const controls = make("div", {className: "live-controls"}, make("label", {htmlFor: choice.id, textContent: "digit"}), choice, make("span"));
    for (const {name, label, ...range} of SLIDERS) {
      const {min, max, step, value} = range;
      inputs[name] = make("input", {type: "range", id: `live-${name}`, min, max, step});
      inputs[name].value = value;
      outputs[name] = make("output", {htmlFor: `live-${name}`});
      controls.append(make("label", {htmlFor: `live-${name}`, textContent: label}), inputs[name], outputs[name]);
    }
    const reset = make("button", {type: "button", textContent: "Start again"});
    controls.append(make("span"), reset, make("span"));

    const shown = canvas("");
    shown.className = "live-image";
    shown.tabIndex = 0;
    const hint = make("p", {className: "live-hint", textContent: "Draw on the image: with the mouse, a finger, or the arrow keys and the space bar."});
    const bars = Array.from({length: 10}, (_, i) => {
      const bar = make("span", {className: "live-bar"}), text = make("span");
      return {bar, text, row: make("div", {className: "live-row"}, make("span", {textContent: i}), make("span", {className: "live-track"}, bar), text)};
    });
    const near = Array.from({length: NEIGHBOURS}, () => ({picture: canvas(""), text: make("figcaption")}));
    const verdict = make("p", {className: "live-verdict"});
    verdict.setAttribute("aria-live", "polite");
    figure.replaceChildren(
      controls,
      make("div", {className: "live-picture"}, shown, hint),
      make("div", {className: "live-answer"}, make("p", {textContent: "Logistic regression"}), ...bars.map(({row}) => row)),
      make("div", {className: "live-answer"}, make("p", {textContent: "Nearest of 300 training digits"}),
        make("div", {className: "live-near"}, ...near.map(({picture, text}) => make("figure", {}, picture, text)))),
      verdict,
    );

    function update() {
      const values = Object.fromEntries(SLIDERS.map(({name}) => [name, Number(inputs[name].value)]));
      for (const {name, unit} of SLIDERS) outputs[name].textContent = values[name] + unit;
      const original = drawn ?? window.liveDigit.sample(digit);
      const image = addNoise(warp(original, values), values.noise);
      const chances = probabilities(image), found = neighbours(image);
      paint(shown, image);
      chances.forEach((chance, i) => {
        bars[i].bar.style.width = `${100 * chance}%`;
        bars[i].text.textContent = `${Math.round(100 * chance)}%`;
      });
      found.forEach(({index, label, distance}, i) => {
        paint(near[i].picture, model.known.slice(index * PIXELS, (index + 1) * PIXELS));
        near[i].picture.setAttribute("aria-label", `a ${label} of the training set`);
        near[i].text.textContent = `${label}, ${distance.toFixed(1)} away`;
      });
      const said = chances.indexOf(Math.max(...chances));
      const mark = (answer) => (drawn ? "" : answer === digit ? " ✓" : " ✗");
      verdict.textContent =
        `Logistic regression says ${said}${mark(said)}, the nearest neighbour ${found[0].label}${mark(found[0].label)}.`;
      shown.setAttribute("aria-label", drawn ? "your drawing" : `a ${digit}, as the sliders changed it`);
    }

    function draw(row, column) {
      if (!drawn) {
        drawn = new Float64Array(PIXELS);
        choice.value = "drawn";
        for (const {name, value} of SLIDERS) inputs[name].value = value;
      }
      for (let r = Math.max(0, Math.floor(row) - 2); r < Math.min(SIDE, row + 3); r++) {
        for (let c = Math.max(0, Math.floor(column) - 2); c < Math.min(SIDE, column + 3); c++) {
          const ink = Math.min(1, Math.max(0, 2 - Math.hypot(r - row, c - column)));
          drawn[r * SIDE + c] = Math.max(drawn[r * SIDE + c], ink);
        }
      }
      update();
    }

    shown.addEventListener("pointermove", (event) => {
      if (!event.buttons) return;
      const box = shown.getBoundingClientRect();
      draw((event.clientY - box.top) / box.height * SIDE - 0.5, (event.clientX - box.left) / box.width * SIDE - 0.5);
    });
    const steps = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]};
    shown.addEventListener("keydown", (event) => {
      if (event.key === " ") draw(pen.row, pen.column);
      else if (event.key in steps) {
        pen.row = Math.min(Math.max(pen.row + steps[event.key][0], 0), SIDE - 1);
        pen.column = Math.min(Math.max(pen.column + steps[event.key][1], 0), SIDE - 1);
        if (event.shiftKey) draw(pen.row, pen.column);
        const spot = shown.getContext("2d");
        update();
        spot.fillStyle = "#ff9d00";
        spot.fillRect(pen.column, pen.row, 1, 1);
      } else return;
      event.preventDefault();
    });
    choice.addEventListener("change", () => {
      drawn = choice.value === "drawn" ? new Float64Array(PIXELS) : null;
      if (!drawn) digit = Number(choice.value);
      update();
    });
    reset.addEventListener("click", () => {
      for (const {name, value} of SLIDERS) inputs[name].value = value;
      drawn = drawn ? new Float64Array(PIXELS) : null;
      update();
    });
    Object.values(inputs).forEach((input) => input.addEventListener("input", update));
    update();
  }

  const observer = new IntersectionObserver((entries) => {
    for (const {isIntersecting, target} of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      load().then(() => build(target)).catch(() => { target.textContent = "The live figure could not be loaded."; });
    }
  }, {rootMargin: "400px"});
  document.addEventListener("DOMContentLoaded", () =>
    document.querySelectorAll(".live-figure").forEach((figure) => observer.observe(figure)));
})();
