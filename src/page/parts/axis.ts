/** The width of a chart's left axis in CSS pixels: the evidence strip starts where the chart does. */
export const axisWidth = 48
