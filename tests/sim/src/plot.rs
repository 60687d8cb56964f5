//! Small SVG charts, written by hand: a few lines over a few points.

use core::fmt::Write;

/// A line of a chart.
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// Its points.
    pub points: Vec<(f64, f64)>,
}

/// A chart with one horizontal and one vertical axis.
pub struct Chart {
    /// Above it.
    pub title: String,
    /// Under it.
    pub across: String,
    /// Beside it.
    pub upward: String,
    /// Whether points are joined.
    pub joined: bool,
    /// What is drawn.
    pub series: Vec<Series>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 200.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 55.0;
const COLOURS: [&str; 8] =
    ["#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#b9770e", "#16a085", "#7f8c8d", "#2c3e50"];

impl Chart {
    /// The SVG document.
    pub fn svg(&self) -> String {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let (low, high) = span(points().map(|point| point.0));
        let top = points().map(|point| point.1).fold(0.0, f64::max).max(1e-9) * 1.05;
        let x = |value: f64| LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT);
        let y = |value: f64| HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);

        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
             font-size=\"12\"><rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        );
        text(
            &mut svg,
            WIDTH / 2.0,
            22.0,
            "middle",
            &format!("<tspan font-size=\"15\">{}</tspan>", escape(&self.title)),
        );
        text(&mut svg, LEFT + (WIDTH - LEFT - RIGHT) / 2.0, HEIGHT - 12.0, "middle", &escape(&self.across));
        text(&mut svg, 8.0, TOP - 8.0, "start", &escape(&self.upward));
        for step in 0..=4 {
            let share = f64::from(step) / 4.0;
            let (across, upward) = (low + share * (high - low), share * top);
            let _ = writeln!(
                svg,
                "<path d=\"M{LEFT} {0:.1}H{1:.1}\" stroke=\"#ddd\"/>",
                y(upward),
                WIDTH - RIGHT
            );
            text(&mut svg, x(across), HEIGHT - BOTTOM + 18.0, "middle", &short(across));
            text(&mut svg, LEFT - 8.0, y(upward) + 4.0, "end", &short(upward));
        }
        for (index, series) in self.series.iter().enumerate() {
            let colour = COLOURS[index % COLOURS.len()];
            if self.joined {
                let path: Vec<String> =
                    series.points.iter().map(|(a, b)| format!("{:.1} {:.1}", x(*a), y(*b))).collect();
                let _ = writeln!(
                    svg,
                    "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                    path.join("L")
                );
            }
            for (a, b) in &series.points {
                let _ = writeln!(
                    svg,
                    "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\"/>",
                    x(*a),
                    y(*b)
                );
            }
            let row = TOP + 10.0 + 20.0 * index as f64;
            let _ = writeln!(
                svg,
                "<circle cx=\"{}\" cy=\"{}\" r=\"5\" fill=\"{colour}\"/>",
                WIDTH - RIGHT + 16.0,
                row - 4.0
            );
            text(&mut svg, WIDTH - RIGHT + 28.0, row, "start", &escape(&series.name));
        }
        svg += "</svg>\n";
        svg
    }
}

fn span(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) =
        values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    if low < high { (low, high) } else { (low - 1.0, low + 1.0) }
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, content: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{content}</text>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn short(value: f64) -> String {
    if value == 0.0 || value.abs() >= 10.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_drawn() {
        let series = Series { name: "a & b".to_owned(), points: vec![(1.0, 2.0), (3.0, 4.0)] };
        let empty = String::new;
        let svg =
            Chart { title: empty(), across: empty(), upward: empty(), joined: true, series: vec![series] }
                .svg();
        assert_eq!(svg.matches("r=\"4\"").count(), 2);
        assert!(svg.contains("a &amp; b") && svg.ends_with("</svg>\n"));
    }
}
