//! Prints figures of the sources.

use anyhow::Result;
use xtask::measure::{
    MAX_FUNCTION_LINES, ModuleGraph, ModuleLevel, comment_of, conversation_words, crate_sources, crates,
    file_lines, long_functions, percent, percentile, product_code, type_names,
};
use xtask::repository::RepositoryFile;

pub(crate) fn run() -> Result<()> {
    let sources = product_code()?;
    print_sizes(&sources);
    print_names(&sources);
    for folder in crates(&sources) {
        let files: Vec<&RepositoryFile> = crate_sources(&sources, folder).collect();
        print_modules(folder, &files, ModuleLevel::First);
        print_modules(folder, &files, ModuleLevel::Second);
    }
    Ok(())
}

fn print_sizes(sources: &[RepositoryFile]) {
    let lines = file_lines(sources);
    println!("lines of a file: median {}, p95 {}", percentile(&lines, 50), percentile(&lines, 95));
    let long = long_functions(sources);
    println!("functions over {MAX_FUNCTION_LINES} lines: {}", long.len());
    long.iter().for_each(|function| println!("  {function}"));
}

fn print_names(sources: &[RepositoryFile]) {
    let types = type_names(sources);
    println!(
        "types: {}, names of one word {} %, names of several types {} %",
        types.all,
        percent(types.one_word, types.all),
        percent(types.shared, types.all)
    );
    let comments = sources.iter().flat_map(|file| file.text.lines().filter_map(comment_of));
    let (words, loose) = comments
        .map(conversation_words)
        .fold((0, 0), |(words, loose), (all, found)| (words + all, loose + found.len()));
    println!("words of conversation: {loose} in {words} words of comments");
}

fn print_modules(folder: &str, files: &[&RepositoryFile], level: ModuleLevel) {
    let graph = ModuleGraph::of(folder, files, level);
    let circles = graph.circles();
    println!(
        "{folder}, level {}: {} modules, {} arrows, {} circles",
        level as usize,
        graph.modules.len(),
        graph.arrows(),
        circles.len(),
    );
    let families = graph.families();
    if !families.is_empty() {
        println!("  {} name their parent and are named by it: {}", families.len(), families.join(", "));
    }
    for circle in circles {
        println!("  circle");
        circle.iter().for_each(|arrow| println!("    {arrow}"));
    }
}
