//! Functions that are too long.

use crate::repository::RepositoryFile;

/// Lines that no function exceeds, with its signature and closing brace.
pub const MAX_FUNCTION_LINES: usize = 60;

/// `path:line: lines` of each function with more than [`MAX_FUNCTION_LINES`].
pub fn long_functions(sources: &[RepositoryFile]) -> Vec<String> {
    let mut found = Vec::new();
    for file in sources {
        let lines: Vec<&str> = file.text.lines().collect();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| is_signature(line)) {
            let length = length(line, lines.get(at + 1..).unwrap_or_default());
            if length > MAX_FUNCTION_LINES {
                found.push(format!("{}:{}: {length} lines", file.path, at + 1));
            }
        }
    }
    found
}

/// Whether a function begins in this line.
fn is_signature(line: &str) -> bool {
    let mut words = line.trim_start().split(' ').peekable();
    let qualifiers = ["pub", "const", "async", "unsafe", "extern", "\"C\"", "in"];
    while words.next_if(|word| qualifiers.contains(word) || word.starts_with("pub(")).is_some() {}
    // The rest of `pub(in crate::app)`.
    words.next_if(|word| word.ends_with(')') && !word.contains('('));
    while words.next_if(|word| qualifiers.contains(word)).is_some() {}
    words.next() == Some("fn")
}

/// Lines up to the closing brace, which rustfmt puts below the signature's first letter.
fn length(signature: &str, rest: &[&str]) -> usize {
    if signature.ends_with(';') || signature.ends_with('}') {
        return 1;
    }
    let indent = signature.len() - signature.trim_start().len();
    let ends = |line: &&str| {
        let text = line.trim_start();
        line.len() - text.len() == indent && (text == "}" || text.ends_with(';'))
    };
    rest.iter().position(ends).map_or(0, |at| at + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(body_lines: usize) -> RepositoryFile {
        let body = "        step();\n".repeat(body_lines);
        let text = format!(
            "impl Work {{\n    pub(in crate::app) async fn run(\n        &self,\n    ) {{\n{body}    }}\n}}\n"
        );
        RepositoryFile { path: "work.rs".to_owned(), text }
    }

    #[test]
    fn a_function_counts_from_its_signature_to_its_brace() {
        assert!(long_functions(&[file(56)]).is_empty());
        assert_eq!(long_functions(&[file(57)]), ["work.rs:2: 61 lines"]);
    }
}
