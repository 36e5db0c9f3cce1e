//! Text files from people's editors. Editors on Windows put a byte order mark before UTF-8; it is not part of the text.

use std::io;
use std::path::Path;

/// U+FEFF, which UTF-8 writes as EF BB BF.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads a UTF-8 file and removes a byte order mark at its beginning. All files written by people are read with this function.
pub fn read(path: &Path) -> io::Result<String> {
    let text = std::fs::read_to_string(path)?;
    Ok(without_mark(text))
}

fn without_mark(text: String) -> String {
    match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.json");
        std::fs::write(&path, b"\xef\xbb\xbf{}\r\n").unwrap();
        assert_eq!(read(&path).unwrap(), "{}\r\n");
        std::fs::write(&path, "{}\u{feff}").unwrap();
        assert_eq!(read(&path).unwrap(), "{}\u{feff}", "only at the beginning");
        std::fs::write(&path, b"\xff\xfe{\0}\0").unwrap();
        assert!(read(&path).is_err(), "UTF-16 is not UTF-8");
    }
}
