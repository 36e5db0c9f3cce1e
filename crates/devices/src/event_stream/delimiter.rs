//! Boundaries and header lines.

/// Most dashes before a boundary: two by the standard, more if the boundary itself begins with dashes.
const MAX_DASHES: usize = 80;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DelimiterSearch {
    /// A complete boundary line.
    Found {
        start: usize,
        end: usize,
    },
    /// A possible boundary begins here and the buffer ends before its end.
    Partial(usize),
    None,
}

impl DelimiterSearch {
    /// Number of bytes that are certainly before the next boundary.
    pub(super) fn consumable(self, buffer: &[u8]) -> usize {
        match self {
            Self::Found { start, .. } | Self::Partial(start) => start,
            // A boundary may follow the line end.
            Self::None => {
                let line_end =
                    buffer.iter().rev().take(2).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                buffer.len() - line_end
            }
        }
    }
}

/// The boundary of a content type without dashes at its ends.
pub(super) fn boundary_of(content_type: &str) -> Option<Vec<u8>> {
    let at = content_type.to_ascii_lowercase().find("boundary=")?;
    let value = content_type.get(at + "boundary=".len()..)?.trim_start();
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => value.split(';').next()?,
    };
    Some(core(value.as_bytes()).to_vec())
}

/// A boundary line without dashes and blanks at its ends.
pub(super) fn core(line: &[u8]) -> &[u8] {
    let is_edge = |byte: &u8| *byte == b'-' || byte.is_ascii_whitespace();
    let from = line.iter().position(|byte| !is_edge(byte)).unwrap_or(line.len());
    let until = line.iter().rposition(|byte| !is_edge(byte)).map_or(from, |last| last + 1);
    line.get(from..until).unwrap_or_default()
}

/// Finds the first boundary line. `is_line_start`: the buffer begins at the start of a line.
pub(super) fn search(buffer: &[u8], boundary: Option<&[u8]>, is_line_start: bool) -> DelimiterSearch {
    let Some(boundary) = boundary else { return DelimiterSearch::None };
    let mut from = if is_line_start { Some(0) } else { next_line(buffer, 0) };
    while let Some(start) = from {
        match line_is_boundary(buffer.get(start..).unwrap_or_default(), boundary) {
            Some(Some(length)) => return DelimiterSearch::Found { start, end: start + length },
            Some(None) => return DelimiterSearch::Partial(start),
            None => from = next_line(buffer, start),
        }
    }
    DelimiterSearch::None
}

fn next_line(buffer: &[u8], from: usize) -> Option<usize> {
    let line_end = buffer.get(from..)?.iter().position(|byte| *byte == b'\n')?;
    Some(from + line_end + 1).filter(|start| *start < buffer.len())
}

/// `None`: no boundary. `Some(None)`: a possible boundary. Otherwise the length of the line.
fn line_is_boundary(line: &[u8], boundary: &[u8]) -> Option<Option<usize>> {
    let dashes = line.iter().take_while(|byte| **byte == b'-').count();
    if dashes == line.len() {
        return (dashes <= MAX_DASHES && dashes > 0).then_some(None);
    }
    if !(2..=MAX_DASHES).contains(&dashes) {
        return None;
    }
    let after = line.get(dashes..).unwrap_or_default();
    if after.len() < boundary.len() {
        return boundary.starts_with(after).then_some(None);
    }
    let rest = after.strip_prefix(boundary)?;
    let tail = rest.iter().take_while(|byte| matches!(byte, b'-' | b' ' | b'\t' | b'\r')).count();
    match rest.get(tail) {
        Some(b'\n') => Some(Some(dashes + boundary.len() + tail + 1)),
        None if tail <= MAX_DASHES => Some(None),
        _ => None,
    }
}

/// The header lines, and their length including the empty line at the end.
pub(super) fn header_lines(buffer: &[u8]) -> Option<(Vec<String>, usize)> {
    let mut lines = Vec::new();
    let mut from = 0;
    loop {
        let rest = buffer.get(from..)?;
        let length = rest.iter().position(|byte| *byte == b'\n')?;
        let line = rest.get(..length).unwrap_or_default().trim_ascii();
        from += length + 1;
        if line.is_empty() {
            return Some((lines, from));
        }
        lines.push(String::from_utf8_lossy(line).into_owned());
    }
}

pub(super) fn header<'a>(lines: &'a [String], wanted: &str) -> Option<&'a str> {
    let pairs = lines.iter().filter_map(|line| line.split_once(':'));
    pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim()).next()
}
