// What the browser does by itself: clocks that count, the curves, and saying so when the server is gone.
"use strict";
(() => {
  const LOST_AFTER = 6500; // three of the server's signs of life, which come every two seconds
  const CURVES_EVERY = 15000;
  const COLOURS = ["#6cc5f2", "#f0b13c", "#ff8a5c", "#d9a3c7", "#9ad0b5", "#d8d39a"];
  const DASHES = [[], [10, 5], [2, 4]];
  const MARKERS = ["solid", "dashed", "dotted"]; // the same, in the legend: not the colour alone
  let ahead = 0; // of the server's clock before ours, in milliseconds
  let heard = Date.now();

  const now = () => Date.now() + ahead;
  const lasted = (seconds) => {
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
    const two = (n) => String(n).padStart(2, "0");
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  };

  function tick() {
    for (const one of document.querySelectorAll("time[data-since]")) {
      one.textContent = lasted(Math.max(0, (now() - Date.parse(one.dataset.since)) / 1000));
    }
    const clock = document.getElementById("now");
    if (clock) {
      const offset = clock.dataset.now.match(/([+-])(\d\d):(\d\d)$/); // the site's own time, wherever the browser stands
      const minutes = offset ? (offset[1] + "1") * (offset[2] * 60 + +offset[3]) : 0;
      clock.textContent = new Date(now() + minutes * 60000).toISOString().slice(11, 19);
    }
    document.getElementById("lost").hidden = Date.now() - heard < LOST_AFTER;
  }

  function said() {
    const head = document.querySelector(".head");
    if (!head) return;
    const words = head.dataset.said;
    const region = document.getElementById("said");
    if (region.textContent !== words) region.textContent = words;
    document.title = `${head.dataset.shape} ${words} - ${head.querySelector("h1").textContent}`;
  }

  function arrived() {
    heard = Date.now();
    ahead = Date.parse(document.getElementById("now").dataset.now) - Date.now();
    said();
    tick();
  }

  let unfolded = [];
  document.addEventListener("htmx:sseBeforeMessage", () => {
    unfolded = [...document.querySelectorAll("#live details[open]")].map((one) => one.id);
  });
  document.addEventListener("htmx:sseMessage", () => {
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
    arrived();
  });
  document.addEventListener("htmx:sseOpen", (event) => {
    event.detail.source.addEventListener("beat", () => { heard = Date.now(); });
  });

  const drawn = {};
  function draw(chart) {
    const place = document.querySelector(`[data-chart="${chart.name}"]`);
    if (!place) return;
    const lang = document.documentElement.lang;
    if (!chart.rows.length) {
      drawn[chart.name]?.destroy();
      delete drawn[chart.name];
      place.textContent = document.body.dataset.nodata;
      return;
    }
    const series = [{ value: (_, at) => (at ? new Date(at * 1000).toLocaleTimeString(lang, { hour12: false }) : "") }].concat(
      chart.rows.map((row, at) => ({
        label: row.name[lang], stroke: COLOURS[at % 6], dash: DASHES[at % 3], width: 2,
        value: (_, value) => (value == null ? "-" : `${value.toFixed(1)} ${chart.unit}`),
      })),
    );
    const data = [chart.times].concat(chart.rows.map((row) => row.values));
    const names = chart.rows.map((row) => row.id).join();
    if (drawn[chart.name]?.names === names) {
      drawn[chart.name].setData(data);
      return;
    }
    drawn[chart.name]?.destroy();
    place.textContent = "";
    const axis = { stroke: "#aab7c4", grid: { stroke: "#33404d", width: 1 }, ticks: { show: false } };
    const size = { width: place.clientWidth, height: 130 };
    drawn[chart.name] = new uPlot({
      ...size, series, axes: [{ ...axis, size: 28, values: "{HH}:{mm}" }, { ...axis, size: 44 }], 
      legend: { live: false, markers: { width: 2, dash: (_, at) => MARKERS[(at - 1) % 3] } },
      cursor: { show: false },
    }, data, place);
    drawn[chart.name].names = names;
  }

  async function curves() {
    try {
      const answer = await fetch("/api/series");
      if (answer.ok) (await answer.json()).charts.forEach(draw);
    } catch {
      // the page says by itself that the server is gone
    }
  }

  window.addEventListener("resize", () => {
    for (const [name, plot] of Object.entries(drawn)) {
      const place = document.querySelector(`[data-chart="${name}"]`);
      plot.setSize({ width: place.clientWidth, height: 130 });
    }
  });
  arrived();
  curves();
  setInterval(tick, 1000);
  setInterval(curves, CURVES_EVERY);
})();
