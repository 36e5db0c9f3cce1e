//! Names of people who do not exist.

use std::collections::HashSet;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

const SURNAMES: [&str; 40] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓",
    "许", "傅", "沈", "曾", "彭", "欧阳",
];

/// First characters of pupils' given names.
const FIRST: [&str; 20] = [
    "子", "雨", "思", "梓", "浩", "欣", "一", "佳", "嘉", "诗", "宇", "若", "晨", "书", "语", "景", "安",
    "可", "明", "天",
];

const LAST_FEMALE: [&str; 20] = [
    "涵", "萱", "怡", "琪", "彤", "瑶", "妍", "婷", "悦", "宁", "桐", "菲", "雯", "玥", "汐", "晴", "兰",
    "冉", "熙", "柔",
];

const LAST_MALE: [&str; 20] = [
    "轩", "宇", "泽", "睿", "博", "航", "铭", "辰", "杰", "凯", "涛", "朗", "远", "阳", "诚", "恒", "霖",
    "皓", "哲", "鑫",
];

const ADULT_FEMALE: [&str; 20] = [
    "芳", "丽", "敏", "静", "娟", "秀英", "玉兰", "海燕", "晓红", "春梅", "雪", "艳", "文静", "桂英", "慧",
    "淑华", "琳", "晓梅", "红霞", "倩",
];

const ADULT_MALE: [&str; 20] = [
    "伟", "强", "磊", "军", "建国", "志强", "海涛", "永刚", "鹏", "勇", "建华", "文斌", "国庆", "明", "斌",
    "晓东", "立新", "德胜", "俊", "志远",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameSex {
    Female,
    Male,
}

/// An endless list of names.
#[derive(Debug)]
pub struct NameGenerator {
    rng: StdRng,
    unique: HashSet<String>,
}

impl NameGenerator {
    pub fn new(seed: u64) -> Self {
        Self { rng: StdRng::seed_from_u64(seed), unique: HashSet::new() }
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from.choose(&mut self.rng).copied().unwrap_or("王")
    }

    pub fn surname(&mut self) -> &'static str {
        self.pick(&SURNAMES)
    }

    /// A name that this list has not returned before. A surname has some 800 combinations, and
    /// more with a longer name.
    pub fn unique(&mut self, surname: &str, sex: NameSex) -> String {
        let last = match sex {
            NameSex::Female => &LAST_FEMALE,
            NameSex::Male => &LAST_MALE,
        };
        let mut name = surname.to_owned();
        if self.rng.random_bool(0.85) {
            name.push_str(self.pick(&FIRST));
        }
        name.push_str(self.pick(last));
        while !self.unique.insert(name.clone()) {
            name.truncate(surname.len());
            name.push_str(self.pick(&FIRST));
            name.push_str(self.pick(last));
            if self.rng.random_bool(0.1) {
                name.push_str(self.pick(last));
            }
        }
        name
    }

    pub fn adult(&mut self, sex: NameSex) -> String {
        let surname = self.surname();
        self.adult_of(surname, sex)
    }

    /// An adult's name; adults may share a name, as in life.
    pub fn adult_of(&mut self, surname: &str, sex: NameSex) -> String {
        let given = match sex {
            NameSex::Female => self.pick(&ADULT_FEMALE),
            NameSex::Male => self.pick(&ADULT_MALE),
        };
        format!("{surname}{given}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_of_one_surname_never_run_out_of_names() {
        let mut names = NameGenerator::new(3);
        let some: HashSet<String> = (0..2_000).map(|_| names.unique("王", NameSex::Female)).collect();
        assert_eq!(some.len(), 2_000);
        assert!(some.iter().all(|name| (2..=4).contains(&name.chars().count())));
    }
}
