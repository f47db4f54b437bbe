// plotly.js, loaded once per page by whichever component asks first. It is a UMD script: no import can take it.

let loading = null;

/** The `Plotly` object from the script at `url`. A failed download is tried again at the next call. */
export function loadPlotly(url) {
  if (globalThis.Plotly) return Promise.resolve(globalThis.Plotly);
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(globalThis.Plotly);
    script.onerror = () => {
      loading = null;
      script.remove();
      reject(new Error(`The chart library could not be loaded from ${url}; reload the page.`));
    };
    document.head.append(script);
  });
  return loading;
}
