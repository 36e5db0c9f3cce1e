//! A garage's pools as entered.

use std::collections::HashSet;

use protocol::sharing::PoolSpec;

use super::rule::MAIN;
use crate::app::invalid_field::InvalidField;
use store::pool::StoredPool;

/// As many as a week view has rows for; private spaces make one pool per owner.
const MAX_POOLS: usize = 500;
const MAX_NAME: usize = 80;
/// Longest label painted on the ground.
const MAX_LABEL: usize = 20;

/// The pool of all spaces of a garage without entered pools.
pub fn main(capacity: u32) -> PoolSpec {
    PoolSpec {
        // The id is a constant, and tested.
        id: MAIN.parse().unwrap_or_else(|_| unreachable!("{MAIN} is an id")),
        name: "共享泊位".to_owned(),
        name_en: "Shared spaces".to_owned(),
        size: capacity,
        spaces: Vec::new(),
    }
}

/// The pools of an import. A file without pools keeps the known ones; only a single main pool is resized to the
/// garage's capacity.
pub fn or_known(entered: &[PoolSpec], known: &[StoredPool], capacity: u32) -> Vec<PoolSpec> {
    let only_main = known.iter().all(|pool| pool.id.as_str() == MAIN);
    match (entered, known) {
        ([], [only]) if only_main => {
            let numbered = only.spaces.len() == capacity as usize;
            let spaces = if numbered { only.spaces.clone() } else { Vec::new() };
            vec![PoolSpec { size: capacity, spaces, ..spec(only) }]
        }
        ([], known) if !known.is_empty() => known.iter().map(spec).collect(),
        ([], _) => vec![main(capacity)],
        (entered, _) => entered.to_vec(),
    }
}

/// `at` is the path of the list, such as `garages[0].pools`.
pub fn check(at: &str, pools: &[PoolSpec], capacity: u32) -> Result<(), InvalidField> {
    if pools.is_empty() || pools.len() > MAX_POOLS {
        return invalid(at.to_owned(), format!("must be 1 to {MAX_POOLS} pools"));
    }
    let (mut ids, mut labels) = (HashSet::new(), HashSet::new());
    for (i, pool) in pools.iter().enumerate() {
        let at = format!("{at}[{i}]");
        if !ids.insert(&pool.id) {
            return invalid(format!("{at}.id"), format!("duplicate `{}`", pool.id));
        }
        printable(format!("{at}.name"), &pool.name, MAX_NAME)?;
        printable(format!("{at}.name_en"), &pool.name_en, MAX_NAME)?;
        if pool.size == 0 {
            return invalid(format!("{at}.size"), "must be at least 1");
        }
        if !pool.spaces.is_empty() && pool.spaces.len() != pool.size as usize {
            return invalid(format!("{at}.spaces"), "must be none or as many as size");
        }
        for (j, label) in pool.spaces.iter().enumerate() {
            printable(format!("{at}.spaces[{j}]"), label, MAX_LABEL)?;
            if !labels.insert(label) {
                return invalid(format!("{at}.spaces[{j}]"), format!("duplicate `{label}`"));
            }
        }
    }
    let together = pools.iter().fold(0_u32, |sum, pool| sum.saturating_add(pool.size));
    if together > capacity {
        return invalid(at.to_owned(), format!("{together} spaces are more than the garage's {capacity}"));
    }
    Ok(())
}

fn printable(field: String, text: &str, max: usize) -> Result<(), InvalidField> {
    if text.trim().is_empty() || text.chars().count() > max || text.chars().any(char::is_control) {
        return invalid(field, format!("must be 1 to {max} printable characters"));
    }
    Ok(())
}

fn invalid(field: String, message: impl Into<String>) -> Result<(), InvalidField> {
    Err(InvalidField { field, message: message.into() })
}

pub fn spec(pool: &StoredPool) -> PoolSpec {
    PoolSpec {
        id: pool.id.clone(),
        name: pool.name.clone(),
        name_en: pool.name_en.clone(),
        size: pool.size,
        spaces: pool.spaces.clone(),
    }
}

pub fn stored(spec: &PoolSpec) -> StoredPool {
    StoredPool {
        id: spec.id.clone(),
        name: spec.name.clone(),
        name_en: spec.name_en.clone(),
        size: spec.size,
        spaces: spec.spaces.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(id: &str, size: u32, spaces: &[&str]) -> PoolSpec {
        PoolSpec {
            id: id.parse().unwrap(),
            spaces: spaces.iter().map(|label| (*label).to_owned()).collect(),
            ..main(size)
        }
    }

    #[test]
    fn mistakes_name_their_field() {
        let cases: [(Vec<PoolSpec>, &str); 7] = [
            (vec![], "pools"),
            (vec![pool("a", 6, &[]), pool("b", 5, &[])], "pools"),
            (vec![pool("a", 1, &[]), pool("a", 1, &[])], "pools[1].id"),
            (vec![pool("a", 0, &[])], "pools[0].size"),
            (vec![pool("a", 2, &["1"])], "pools[0].spaces"),
            (vec![pool("a", 1, &["1"]), pool("b", 1, &["1"])], "pools[1].spaces[0]"),
            (vec![pool("a", 1, &[" "])], "pools[0].spaces[0]"),
        ];
        for (pools, field) in cases {
            assert_eq!(check("pools", &pools, 10).unwrap_err().field, field);
        }
        assert_eq!(check("pools", &[pool("own-1", 1, &["A-01"]), main(9)], 10), Ok(()));
    }

    #[test]
    fn a_file_without_pools_leaves_known_ones_alone() {
        let known = [stored(&pool("main", 10, &[]))];
        assert_eq!(or_known(&[], &[], 7), [main(7)]);
        assert_eq!(or_known(&[], &known, 12)[0].size, 12);
        let two = [stored(&pool("a", 3, &[])), stored(&pool("main", 4, &[]))];
        assert_eq!(or_known(&[], &two, 12).len(), 2);
        assert_eq!(or_known(&[pool("a", 5, &[])], &two, 12), [pool("a", 5, &[])]);
    }
}
