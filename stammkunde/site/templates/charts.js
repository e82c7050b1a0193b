const specifications = JSON.parse(document.getElementById("charts").textContent);
const options = {
    mode: "vega-lite",
    renderer: "svg",
    actions: false,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    // Vega's interpreter instead of functions made from text: the page needs no unsafe-eval.
    ast: true,
    // Errors only: a warning about a default of Vega-Lite helps no reader of the page.
    logLevel: 1,
};
for (const figure of document.querySelectorAll("[data-chart]")) {
    vegaEmbed(figure, specifications[figure.dataset.chart], options).catch((error) => {
        figure.textContent = "This chart could not be drawn; the table below says the same.";
        console.error(error);
    });
}
