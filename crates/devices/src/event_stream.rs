//! Splits an endless `multipart/*` response into its parts, chunk by chunk.
//!
//! Streams deviate from their documents: the boundary in the header may include the dashes (`boundary=--boundary`, a DVR-208G-M1) or differ
//! from that of the body, a part may lack `Content-Length` or have a wrong one, pictures may contain the boundary. Rules:
//!
//! - If the first line of the body begins with `--`, it is the boundary, else that of the content type is.
//! - A binary part ends after `Content-Length` bytes. A text ends there or before the next boundary, whichever comes first.
//! - A text without a length ends with its document: a reading does not wait for the next part.
//! - A part has at most `max_part` bytes; the rest is cut and the part is flagged. Non-blank bytes between parts are not lost: they
//!   are a part without a content type.

mod completeness;
mod delimiter;

use delimiter::DelimiterSearch;

/// Longest header of a part in bytes; usual ones have some hundred.
const MAX_HEADERS: usize = 16 * 1024;
/// Most bytes between two parts; usually there is a line or nothing.
const MAX_STRAY: usize = 64 * 1024;

/// One part of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamPart {
    /// `None` for a part without this header, and for bytes between parts.
    pub content_type: Option<String>,
    /// Blank bytes after a text are removed.
    pub body: Vec<u8>,
    pub is_truncated: bool,
}

/// Splitter for the chunks of one response.
#[derive(Debug)]
pub struct EventStreamSplitter {
    boundary: Option<Vec<u8>>,
    max_part: usize,
    /// Incomplete input: header lines, or the possible start of a boundary.
    buffer: Vec<u8>,
    state: SplitState,
}

#[derive(Debug)]
enum SplitState {
    /// Before the first non-blank line.
    Start,
    /// Between two parts, with the bytes seen there.
    Between(Vec<u8>),
    Headers,
    Body(OpenPart),
}

#[derive(Debug)]
struct OpenPart {
    part: StreamPart,
    remaining: Option<usize>,
    is_text: bool,
    /// The buffer begins at the start of a line.
    is_line_start: bool,
}

impl EventStreamSplitter {
    /// `content_type` is that of the response. `max_part` bounds the splitter's memory.
    pub fn new(content_type: Option<&str>, max_part: usize) -> Self {
        let boundary = content_type.and_then(delimiter::boundary_of).filter(|boundary| !boundary.is_empty());
        Self { boundary, max_part, buffer: Vec::new(), state: SplitState::Start }
    }

    /// Returns the parts that this chunk completes.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<StreamPart> {
        self.buffer.extend_from_slice(chunk);
        let mut parts = Vec::new();
        while self.step(&mut parts) {}
        parts
    }

    /// Returns a pending text without a length, whose end is not recognisable. The caller calls this after a second without a byte.
    pub fn pause(&mut self) -> Option<StreamPart> {
        let is_open = match &self.state {
            SplitState::Body(open) => open.is_text && open.remaining.is_none(),
            SplitState::Between(_) => true,
            SplitState::Start | SplitState::Headers => false,
        };
        let is_partial = matches!(self.search(), DelimiterSearch::Partial(_));
        if is_open && !is_partial { self.take_rest(false) } else { None }
    }

    /// Returns the rest when the response ends.
    pub fn finish(mut self) -> Option<StreamPart> {
        self.take_rest(true)
    }

    fn take_rest(&mut self, is_end: bool) -> Option<StreamPart> {
        let rest = std::mem::take(&mut self.buffer);
        match std::mem::replace(&mut self.state, SplitState::Between(Vec::new())) {
            SplitState::Body(mut open) => {
                open.append(&rest, self.max_part);
                open.part.is_truncated |= is_end && open.remaining.is_some();
                open.close()
            }
            SplitState::Between(mut stray) => {
                stray.extend(rest);
                stray_part(stray)
            }
            SplitState::Start | SplitState::Headers => stray_part(rest),
        }
    }

    /// Makes one step on the buffer; returns whether another step may be possible.
    fn step(&mut self, parts: &mut Vec<StreamPart>) -> bool {
        match &self.state {
            SplitState::Start => self.start(),
            SplitState::Between(_) => self.between(parts),
            SplitState::Headers => self.headers(),
            SplitState::Body(_) => self.body(parts),
        }
    }

    fn start(&mut self) -> bool {
        let blank = self.buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.buffer.drain(..blank);
        if self.buffer.is_empty() || self.buffer == b"-" {
            return false;
        }
        if self.buffer.starts_with(b"--") {
            let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') else {
                if self.buffer.len() <= MAX_HEADERS {
                    return false;
                }
                self.state = SplitState::Between(Vec::new());
                return true;
            };
            let line = self.buffer.get(..end).unwrap_or_default();
            let core = delimiter::core(line);
            if !core.is_empty() {
                self.boundary = Some(core.to_vec());
            }
        }
        self.state = SplitState::Between(Vec::new());
        true
    }

    fn between(&mut self, parts: &mut Vec<StreamPart>) -> bool {
        let search = self.search();
        let until = search.consumable(&self.buffer);
        let taken: Vec<u8> = self.buffer.drain(..until).collect();
        let SplitState::Between(stray) = &mut self.state else { return false };
        // Blank lines between parts are not content.
        if !stray.is_empty() || !is_blank(&taken) {
            stray.extend(taken);
        }
        let is_found = matches!(search, DelimiterSearch::Found { .. });
        if is_found || stray.len() > MAX_STRAY {
            parts.extend(stray_part(std::mem::take(stray)));
        }
        if let DelimiterSearch::Found { start, end } = search {
            self.buffer.drain(..end - start);
            self.state = SplitState::Headers;
        }
        is_found
    }

    fn headers(&mut self) -> bool {
        let Some((lines, end)) = delimiter::header_lines(&self.buffer) else {
            if self.buffer.len() > MAX_HEADERS {
                self.state = SplitState::Between(std::mem::take(&mut self.buffer));
            }
            return false;
        };
        let content_type = delimiter::header(&lines, "content-type").map(str::to_owned);
        let remaining = delimiter::header(&lines, "content-length").and_then(|length| length.parse().ok());
        let is_text = content_type.as_deref().is_none_or(completeness::is_text);
        let part = StreamPart { content_type, body: Vec::new(), is_truncated: false };
        self.buffer.drain(..end);
        self.state = SplitState::Body(OpenPart { part, remaining, is_text, is_line_start: true });
        true
    }

    fn body(&mut self, parts: &mut Vec<StreamPart>) -> bool {
        let SplitState::Body(open) = &self.state else { return false };
        let is_bound = !open.is_text && open.remaining.is_some();
        let search = if is_bound { DelimiterSearch::None } else { self.search() };
        let end = match (open.remaining, &search) {
            (Some(length), DelimiterSearch::Found { start, .. } | DelimiterSearch::Partial(start))
                if *start < length =>
            {
                None
            }
            (Some(length), _) if length <= self.buffer.len() => Some(length),
            _ => None,
        };
        let is_closed = end.is_some() || matches!(search, DelimiterSearch::Found { .. });
        let until = end.unwrap_or(if is_bound { self.buffer.len() } else { search.consumable(&self.buffer) });
        let taken: Vec<u8> = self.buffer.drain(..until).collect();
        let SplitState::Body(open) = &mut self.state else { return false };
        open.is_line_start = taken.last().map_or(open.is_line_start, |last| *last == b'\n');
        open.append(&taken, self.max_part);
        open.remaining = open.remaining.map(|length| length.saturating_sub(taken.len()));
        let is_complete = matches!(search, DelimiterSearch::None) && open.is_complete();
        if !is_closed && !is_complete {
            return false;
        }
        let closed = std::mem::replace(&mut self.state, SplitState::Between(Vec::new()));
        if let SplitState::Body(mut open) = closed {
            open.drop_line_end(end.is_none());
            parts.extend(open.close());
        }
        true
    }

    fn search(&self) -> DelimiterSearch {
        let is_line_start = match &self.state {
            SplitState::Body(open) => open.is_line_start,
            SplitState::Between(stray) => stray.last().is_none_or(|last| *last == b'\n'),
            SplitState::Start | SplitState::Headers => true,
        };
        delimiter::search(&self.buffer, self.boundary.as_deref(), is_line_start)
    }
}

impl OpenPart {
    fn append(&mut self, bytes: &[u8], max_part: usize) {
        let room = max_part.saturating_sub(self.part.body.len());
        self.part.is_truncated |= bytes.len() > room;
        self.part.body.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    fn is_complete(&self) -> bool {
        self.is_text && self.remaining.is_none() && completeness::is_document(&self.part.body)
    }

    /// The line end before a boundary belongs to the boundary.
    fn drop_line_end(&mut self, is_before_boundary: bool) {
        if is_before_boundary && !self.part.is_truncated {
            for end in [b'\n', b'\r'] {
                if self.part.body.last() == Some(&end) {
                    self.part.body.pop();
                }
            }
        }
    }

    fn close(mut self) -> Option<StreamPart> {
        if self.is_text {
            let end = completeness::trimmed(&self.part.body).len();
            self.part.body.truncate(end);
        }
        let is_empty = self.part.body.is_empty() && self.part.content_type.is_none();
        (!is_empty).then_some(self.part)
    }
}

fn is_blank(bytes: &[u8]) -> bool {
    completeness::trimmed(bytes).is_empty()
}

fn stray_part(stray: Vec<u8>) -> Option<StreamPart> {
    (!is_blank(&stray)).then(|| {
        let end = completeness::trimmed(&stray).len();
        let body = stray.get(..end.min(MAX_STRAY)).unwrap_or_default().to_vec();
        StreamPart { content_type: None, is_truncated: end > MAX_STRAY, body }
    })
}

#[cfg(test)]
mod tests;
