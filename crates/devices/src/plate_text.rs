//! Plate texts of the makes: with a word for no plate, a leading colour, or the plates of three regions in one text.

use domain::plate::Plate;

/// Longest text of a plate field; longer than any plate with colour and separators.
const LONGEST: usize = 64;

/// Content of a make's plate field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PlateText {
    /// Normalised if it is a mainland plate; `None` if the device saw no plate.
    pub plate: Option<String>,
    pub has_colour: bool,
}

/// Reads a plate field. Of several plates (`粤ZJ068澳|MX7742|ZM127`) the first mainland plate counts.
pub(crate) fn parse(text: &str) -> PlateText {
    let text = text.trim();
    if is_none(text) || text.len() > LONGEST || text.contains(char::REPLACEMENT_CHARACTER) {
        return PlateText::default();
    }
    let has_colour = starts_with_colour(text);
    let parts = text.split(['|', ',', ';', '/', '\\', '，', '、', '；', '｜', '\n']);
    let plate = std::iter::once(text).chain(parts).find_map(|part| Plate::parse(part).ok());
    let plate = plate.map_or_else(|| text.to_owned(), |plate| plate.as_str().to_owned());
    PlateText { plate: Some(plate), has_colour }
}

/// The first of these texts that is a valid plate, else the first that is not empty.
pub(crate) fn first(texts: &[String]) -> PlateText {
    let read: Vec<PlateText> = texts.iter().map(|text| parse(text)).collect();
    let is_plate = |read: &PlateText| read.plate.as_deref().is_some_and(|plate| Plate::parse(plate).is_ok());
    let best = read.iter().position(is_plate).or_else(|| read.iter().position(|read| read.plate.is_some()));
    best.and_then(|at| read.into_iter().nth(at)).unwrap_or_default()
}

/// Whether the text has a leading colour, as in `蓝鲁B12345`.
fn starts_with_colour(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| "蓝黄绿白黑".contains(c)) && Plate::parse(chars.as_str()).is_ok()
}

/// Texts for a car without a plate.
fn is_none(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "",
        "-",
        "--",
        "无",
        "_无_",
        "无牌",
        "无牌车",
        "无车牌",
        "未识别",
        "车牌",
        "00000000",
        "unknown",
        "noplate",
        "no plate",
        "null",
        "unlicensed",
    ];
    let lower = text.to_lowercase();
    WORDS.contains(&lower.as_str()) || text.chars().all(|c| matches!(c, '*' | '?' | '_' | ' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plates_are_normalised_and_words_for_none_are_none() {
        for (text, wanted) in [
            ("鲁B12345", Some("鲁B12345")),
            (" 蓝鲁b·12345 ", Some("鲁B12345")),
            ("粤ZJ068澳|MX7742|ZM127", Some("粤ZJ068澳")),
            ("MX7742/粤ZJ068澳", Some("粤ZJ068澳")),
            ("MX7742", Some("MX7742")),
            ("_无_", None),
            ("Unknown", None),
            ("", None),
            ("****", None),
            ("鲁B1\u{fffd}345", None),
        ] {
            assert_eq!(parse(text).plate.as_deref(), wanted, "{text}");
        }
        assert!(parse("蓝鲁B12345").has_colour && !parse("鲁B12345").has_colour);
        let texts = ["_无_", "ZM127", "粤ZJ068澳"].map(str::to_owned);
        assert_eq!(first(&texts).plate.as_deref(), Some("粤ZJ068澳"));
    }
}
