//! How the code speaks: type names that explain themselves, plain words in comments, short files.
//!
//! `cargo xtask measure` prints the figures.

use xtask::measure::{
    comment_of, conversation_words, file_lines, long_functions, percent, percentile, product_code, type_names,
};

use crate::repository::none;

/// Largest share of type names of one word, in percent.
const ONE_WORD_PERCENT: usize = 25;
/// Largest share of type definitions whose name another type has too, in percent.
const SHARED_NAME_PERCENT: usize = 20;
/// Lines of the file that 95 of 100 files do not exceed.
const FILE_LINES: usize = 250;
/// Functions that are too long; this number only falls.
const LONG_FUNCTIONS: usize = 5;

#[test]
fn type_names_explain_themselves_and_are_unique() {
    let types = type_names(&product_code().unwrap());
    assert!(types.all > 1_000, "the types are found");
    let repeated = types.repeated.iter().map(|(name, files)| format!("{name}: {}", files.join(", ")));
    let repeated: Vec<_> = repeated.collect();
    let (one_word, shared) = (percent(types.one_word, types.all), percent(types.shared, types.all));
    assert!(shared <= SHARED_NAME_PERCENT, "names of several types: {shared} %\n  {}", repeated.join("\n  "));
    assert!(one_word <= ONE_WORD_PERCENT, "names of one word: {one_word} %");
}

#[test]
fn comments_use_the_words_of_the_trade() {
    let mut faults = Vec::new();
    for file in product_code().unwrap() {
        for (number, line) in file.text.lines().enumerate() {
            let Some((_, loose)) = comment_of(line).map(conversation_words) else { continue };
            if !loose.is_empty() {
                faults.push(format!("{}:{}: {}", file.path, number + 1, loose.join(", ")));
            }
        }
    }
    none("words of conversation in comments", &faults);
}

#[test]
fn files_and_functions_are_short() {
    let sources = product_code().unwrap();
    let lines = percentile(&file_lines(&sources), 95);
    assert!(lines <= FILE_LINES, "95 of 100 files have at most {FILE_LINES} lines; now {lines}");
    let long = long_functions(&sources);
    assert!(long.len() <= LONG_FUNCTIONS, "functions that are too long:\n  {}", long.join("\n  "));
}
