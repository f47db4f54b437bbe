// plotly.js, loaded once per page by whichever component asks first. It is a UMD script: no import can take it.

/** @import { PlotlyStatic } from "../../types/plotly" */

/** @type {Promise<PlotlyStatic> | null} */
let loading = null;

/**
 * The `Plotly` object from the script at `url`. A failed download is tried again at the next call.
 * @param {string} url
 */
export function loadPlotly(url) {
  loading ??= globalThis.Plotly ? Promise.resolve(globalThis.Plotly) : loadScript(url);
  loading.catch(() => (loading = null));
  return loading;
}

/**
 * @param {string} url
 * @returns {Promise<PlotlyStatic>}
 */
function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    const fail = () => {
      script.remove();
      reject(new Error(`The chart library could not be loaded from ${url}; reload the page.`));
    };
    script.src = url;
    script.onload = () => (globalThis.Plotly ? resolve(globalThis.Plotly) : fail());
    script.onerror = fail;
    document.head.append(script);
  });
}
