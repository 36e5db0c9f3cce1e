//! Which modules of a crate name which.
//!
//! A module is a source file, named by its path below `src/`. At the first level all files below one folder are one
//! module, at the second level all below one folder of a folder. An **arrow** leads from a module to another one that its
//! code names, in a `use` or by a path.
//!
//! A module and those above it are one family: a parent re-exports its children, and a child uses its parent's types.
//! Arrows inside a family are no arrows between modules; [`ModuleGraph::families`] counts those that lead both ways. A
//! **circle** is a set of modules from each of which arrows lead to each other one.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::paths;
use crate::repository::RepositoryFile;

type ModuleName = Vec<String>;

/// How many segments of a path name a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuleLevel {
    First = 1,
    Second = 2,
}

/// The modules of one crate and the arrows between them.
#[derive(Debug, Default)]
pub struct ModuleGraph {
    pub modules: BTreeSet<String>,
    /// From a module to those that it names, each with one file and path that does.
    arrows: BTreeMap<String, BTreeMap<String, String>>,
    inside: BTreeSet<(String, String)>,
}

impl ModuleGraph {
    /// `folder` is the crate's folder, whose name is that of the crate.
    pub fn of(folder: &str, sources: &[&RepositoryFile], level: ModuleLevel) -> Self {
        let names: BTreeMap<ModuleName, &RepositoryFile> =
            sources.iter().filter_map(|file| Some((module_name(folder, &file.path)?, *file))).collect();
        let mut graph = Self::default();
        for (name, file) in &names {
            let from = shown(name, level);
            graph.modules.insert(from.clone());
            for path in paths(&file.text) {
                let Some(target) = resolve(folder, name, &path, &names) else { continue };
                graph.add(&from, &shown(&target, level), &file.path, &path);
            }
        }
        graph
    }

    fn add(&mut self, from: &str, to: &str, file: &str, path: &[&str]) {
        if from == to {
            return;
        }
        if is_above(from, to) || is_above(to, from) {
            self.inside.insert((from.to_owned(), to.to_owned()));
            return;
        }
        let named = self.arrows.entry(from.to_owned()).or_default();
        named.entry(to.to_owned()).or_insert_with(|| format!("{file}: {}", path.join("::")));
    }

    /// Arrows between modules of different families.
    pub fn arrows(&self) -> usize {
        self.arrows.values().map(BTreeMap::len).sum()
    }

    /// Modules that name the module above them, and are named by it.
    pub fn families(&self) -> Vec<&str> {
        let both = |(from, to): &&(String, String)| {
            is_above(to, from) && self.inside.contains(&(to.clone(), from.clone()))
        };
        self.inside.iter().filter(both).map(|(from, _)| from.as_str()).collect()
    }

    /// Each circle with the arrows inside it.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let reach: BTreeMap<&str, BTreeSet<&str>> =
            self.arrows.keys().map(|from| (from.as_str(), self.reachable(from))).collect();
        let leads = |from: &str, to: &str| reach.get(from).is_some_and(|reached| reached.contains(to));
        let mut seen = BTreeSet::new();
        let mut circles = Vec::new();
        for from in reach.keys().filter(|from| leads(from, from)) {
            if seen.contains(from) {
                continue;
            }
            let circle: BTreeSet<&str> =
                reach.keys().copied().filter(|to| leads(from, to) && leads(to, from)).collect();
            circles.push(self.inner_arrows(&circle));
            seen.extend(circle);
        }
        circles
    }

    fn reachable<'g>(&'g self, from: &'g str) -> BTreeSet<&'g str> {
        let mut found = BTreeSet::new();
        let mut open = vec![from];
        while let Some(module) = open.pop() {
            let next = self.arrows.get(module).into_iter().flat_map(BTreeMap::keys);
            open.extend(next.map(String::as_str).filter(|next| found.insert(*next)));
        }
        found
    }

    fn inner_arrows(&self, circle: &BTreeSet<&str>) -> Vec<String> {
        let arrows = self.arrows.iter().filter(|(from, _)| circle.contains(from.as_str()));
        let inner = arrows.flat_map(|(from, named)| named.iter().map(move |(to, by)| (from, to, by)));
        let inner = inner.filter(|(_, to, _)| circle.contains(to.as_str()));
        inner.map(|(from, to, by)| format!("{from} -> {to} ({by})")).collect()
    }
}

fn is_above(above: &str, below: &str) -> bool {
    above == ROOT || below.strip_prefix(above).is_some_and(|rest| rest.starts_with("::"))
}

/// The crate's root, `lib.rs` or `main.rs`.
const ROOT: &str = "crate";

fn module_name(folder: &str, path: &str) -> Option<ModuleName> {
    let below = path.strip_prefix(folder)?.strip_prefix("/src/")?.strip_suffix(".rs")?;
    // A binary beside the crate's own is a crate of its own.
    if below.starts_with("bin/") {
        return None;
    }
    Some(match below {
        "lib" | "main" => Vec::new(),
        below => below.split('/').map(str::to_owned).collect(),
    })
}

fn shown(name: &[String], level: ModuleLevel) -> String {
    match name {
        [] => ROOT.to_owned(),
        name => name.get(..level as usize).unwrap_or(name).join("::"),
    }
}

/// The module that a path leads to; `None` if it leaves the crate or begins with an imported name.
fn resolve(
    folder: &str,
    from: &ModuleName,
    path: &[&str],
    modules: &BTreeMap<ModuleName, &RepositoryFile>,
) -> Option<ModuleName> {
    let (first, rest) = path.split_first()?;
    let own_name = folder.rsplit('/').next().unwrap_or(folder).replace('-', "_");
    let child = || from.iter().cloned().chain([(*first).to_owned()]).collect::<ModuleName>();
    let (mut at, rest): (ModuleName, &[&str]) = match *first {
        "crate" => (Vec::new(), rest),
        "self" => (from.clone(), rest),
        "super" => above(from, path),
        _ if modules.contains_key(&child()) => (child(), rest),
        name if name == own_name && from.is_empty() => (Vec::new(), rest),
        _ => return None,
    };
    for segment in rest {
        at.push((*segment).to_owned());
        if !modules.contains_key(&at) {
            at.pop();
            break;
        }
    }
    Some(at)
}

/// The module that the leading `super`s lead to, and the rest of the path.
fn above<'p, 'a>(from: &ModuleName, path: &'p [&'a str]) -> (ModuleName, &'p [&'a str]) {
    let ups = path.iter().take_while(|segment| **segment == "super").count();
    let kept = from.len().saturating_sub(ups);
    (from.iter().take(kept).cloned().collect(), path.get(ups..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(level: ModuleLevel, files: &[(&str, &str)]) -> ModuleGraph {
        let files: Vec<RepositoryFile> = files
            .iter()
            .map(|(path, text)| RepositoryFile { path: format!("x/src/{path}"), text: (*text).to_owned() })
            .collect();
        ModuleGraph::of("x", &files.iter().collect::<Vec<_>>(), level)
    }

    #[test]
    fn two_modules_that_name_each_other_are_a_circle() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "fn f() { super::c::C }"),
            ("c.rs", "use crate::{a::A};"),
            ("d.rs", "use crate::a::A; use std::fmt;"),
        ];
        let graph = graph(ModuleLevel::First, &files);
        assert_eq!((graph.modules.len(), graph.arrows()), (5, 4));
        let circles = graph.circles();
        assert_eq!(circles.len(), 1, "{circles:?}");
        assert_eq!(circles[0].len(), 3);
    }

    #[test]
    fn a_parent_and_its_child_are_one_family() {
        let files =
            [("a.rs", "mod b; use b::B;"), ("a/b.rs", "use super::A;"), ("a/c.rs", "use super::b::B;")];
        let graph = graph(ModuleLevel::Second, &files);
        assert_eq!((graph.arrows(), graph.families(), graph.circles().len()), (1, vec!["a::b"], 0));
    }
}
