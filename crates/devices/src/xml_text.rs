//! Lenient XML parser for devices: any namespace prefix, bare ampersands, missing end tags, stray text.
//!
//! Document types are ignored. Only the five predefined entities and numeric ones are expanded.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::field_tree::{DEEPEST, FieldTree, MOST_FIELDS, bounded};
use crate::text::cleaned;

/// Most faults; the parser then ignores the rest.
const MOST_FAULTS: usize = 100;

/// Reads the text's elements. The flag is true if part of the text is not XML.
pub(crate) fn parse(text: &str) -> (FieldTree, bool) {
    let mut open = OpenElements::new();
    let (mut rest, mut is_damaged) = (text, false);
    for _ in 0..MOST_FAULTS {
        match read(rest, &mut open) {
            Ok(()) => break,
            Err(fault) => {
                is_damaged = true;
                // Continues at the next tag after the fault.
                let behind = rest.get(fault + 1..).unwrap_or_default();
                match behind.find('<') {
                    Some(next) => rest = behind.get(next..).unwrap_or_default(),
                    None => break,
                }
            }
        }
    }
    let (root, is_open) = open.finish();
    (root, is_damaged || is_open)
}

/// `Err` contains the position of the fault.
fn read(text: &str, open: &mut OpenElements) -> Result<(), usize> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    while open.count <= MOST_FIELDS {
        let fault = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX - 1);
        match reader.read_event() {
            Ok(Event::Start(start)) => open.push(&start),
            Ok(Event::Empty(start)) => {
                open.push(&start);
                open.close(&local(start.local_name().as_ref()));
            }
            Ok(Event::End(end)) => open.close(&local(end.local_name().as_ref())),
            Ok(Event::Text(text)) => open.text(&text.decode().unwrap_or_default()),
            Ok(Event::CData(text)) => open.text(&text.decode().unwrap_or_default()),
            Ok(Event::GeneralRef(reference)) => {
                let name = reference.decode().unwrap_or_default();
                match reference.resolve_char_ref() {
                    Ok(Some(c)) => open.text(c.encode_utf8(&mut [0; 4])),
                    _ => open.text(known(&name)),
                }
            }
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => {}
            Err(_) => return Err(fault),
        }
    }
    Ok(())
}

fn local(name: &[u8]) -> String {
    bounded(&String::from_utf8_lossy(name))
}

fn known(entity: &str) -> &'static str {
    match entity {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "apos" => "'",
        "quot" => "\"",
        _ => "",
    }
}

/// The elements that are open, outermost first; the first is the document.
struct OpenElements {
    elements: Vec<OpenElement>,
    /// Number of open elements below the depth limit.
    too_deep: usize,
    count: usize,
}

#[derive(Default)]
struct OpenElement {
    name: String,
    text: String,
    attributes: Vec<(String, FieldTree)>,
    fields: Vec<(String, FieldTree)>,
}

impl OpenElements {
    fn new() -> Self {
        Self { elements: vec![OpenElement::default()], too_deep: 0, count: 0 }
    }

    fn push(&mut self, start: &BytesStart<'_>) {
        self.count += 1;
        if self.elements.len() >= DEEPEST {
            self.too_deep += 1;
            return;
        }
        let mut attributes = start.attributes();
        let attributes = attributes.with_checks(false).flatten().map(|attribute| {
            let value = String::from_utf8_lossy(&attribute.value).into_owned();
            (local(attribute.key.local_name().as_ref()), FieldTree::Text(bounded(&cleaned(value))))
        });
        let attributes = attributes.take(64).collect();
        let name = local(start.local_name().as_ref());
        self.elements.push(OpenElement { name, attributes, ..OpenElement::default() });
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.elements.last_mut() {
            element.text.push_str(text);
        }
    }

    /// Closes the innermost element of this name and all elements inside it. An end tag without a start tag has no effect.
    fn close(&mut self, name: &str) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(at) = self.elements.iter().rposition(|element| element.name.eq_ignore_ascii_case(name))
        else {
            return;
        };
        if at > 0 {
            self.close_to(at);
        }
    }

    fn close_to(&mut self, left: usize) {
        while self.elements.len() > left.max(1) {
            let Some(element) = self.elements.pop() else { return };
            if let Some(parent) = self.elements.last_mut() {
                let (name, value) = element.value();
                parent.fields.push((name, value));
            }
        }
    }

    fn finish(mut self) -> (FieldTree, bool) {
        let is_open = self.elements.len() > 1 || self.count > MOST_FIELDS;
        self.close_to(1);
        let fields = self.elements.pop().map(|document| document.fields).unwrap_or_default();
        (FieldTree::Fields(fields), is_open)
    }
}

impl OpenElement {
    /// A group if the element has children, else its text. An element with neither has its attributes as a group.
    fn value(mut self) -> (String, FieldTree) {
        let text = self.text.trim();
        let value = if !self.fields.is_empty() {
            self.fields.append(&mut self.attributes);
            FieldTree::Fields(self.fields)
        } else if text.is_empty() && !self.attributes.is_empty() {
            FieldTree::Fields(self.attributes)
        } else {
            FieldTree::Text(bounded(&cleaned(text.to_owned())))
        };
        (self.name, value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plate(xml: &str) -> Option<String> {
        parse(xml).0.find_text(&["licensePlate"])
    }

    #[test]
    fn almost_xml_is_read() {
        for xml in [
            "<a><licensePlate>A1</licensePlate></a>",
            "<ns2:a xmlns:ns2='x'><ns2:licensePlate>A1</ns2:licensePlate></ns2:a>",
            "<a><b>A&B gate</b><licensePlate>A1</licensePlate></a>",
            "<a><b>A < B</b><licensePlate>A1</licensePlate></a>",
            "<a><b>open<licensePlate>A1</licensePlate></a>",
            "<a><licensePlate>A1</licensePlate>",
            "<a><licensePlate><![CDATA[A1]]></licensePlate></a>",
            "<a><!-- - -- x --><licensePlate>A<!-- x -->1</licensePlate></a>",
            "<a><licensePlate>&#65;&#49;</licensePlate></a>",
            "<a></b></c><LICENSEPLATE>A1</LICENSEPLATE></a>",
            "<a><licensePlate text='A1'/></a>",
            "<!DOCTYPE x [<!ENTITY a \"aa\">]><a><licensePlate>A1&b;</licensePlate></a>",
            "<a><b x=y z>1</b><licensePlate>A1</licensePlate></a>",
        ] {
            let found = plate(xml).or_else(|| parse(xml).0.find("licensePlate")?.find_text(&["text"]));
            assert_eq!(found.as_deref(), Some("A1"), "{xml}");
        }
    }

    #[test]
    fn what_was_cut_is_damaged() {
        assert!(parse("<a><b>1</b><").1);
        assert!(!parse("<a><b>1</b></a>").1);
    }

    proptest! {
        #[test]
        fn any_text_ends(text in r#"[<>/!\-&;a-c"= \[\]?]{0,120}"#) {
            parse(&text);
        }
    }

    #[test]
    fn what_is_nested_deep_ends() {
        parse(&"<a>".repeat(100_000));
        assert!(parse(&"<a/>".repeat(1_000_000)).1);
    }
}
