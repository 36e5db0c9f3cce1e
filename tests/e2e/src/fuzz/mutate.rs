//! Makes a new input from known ones: one to six small damages, as a bad link, an odd firmware or an attacker makes them.

#![expect(clippy::indexing_slicing, reason = "each place is drawn from what is there")]

use rand::Rng;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;

/// Tokens that parsers often mishandle.
const TOKENS: [&[u8]; 40] = [
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\\u0000",
    b"\\ud800",
    b"null",
    b"true",
    b"-1",
    b"0",
    b"1e999",
    b"9223372036854775808",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"0.1",
    b"NaN",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xe9\xb2\x81",
    b"\xc2\xb3\xd3",
    b"\r\n\r\n",
    b"\r\n--",
    b"--",
    b"<",
    b">",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"&b;",
    b"<![CDATA[",
    b"%",
    b"%00",
    b"+",
    b"&",
    b"=",
    b"1970-01-01T00:00:00Z",
    b"/../",
    b"#",
];

/// Most repetitions of a byte, for parsers that count or nest.
const MANY: usize = 2_000;

pub fn mutated(mut input: Vec<u8>, others: &[Vec<u8>], random: &mut SmallRng) -> Vec<u8> {
    for _ in 0..random.random_range(1..=6) {
        damage(&mut input, others, random);
    }
    input
}

fn damage(input: &mut Vec<u8>, others: &[Vec<u8>], random: &mut SmallRng) {
    let place = random.random_range(0..=input.len());
    match random.random_range(0..11) {
        0 => flip(input, place, random),
        1 => set(input, place, random.random()),
        2 => insert(input, place, &[random.random()]),
        3 => drop(input.drain(part(input.len(), random))),
        4 => {
            let copy = input[part(input.len(), random)].to_vec();
            insert(input, place, &copy);
        }
        5 => {
            let other = others.choose(random).cloned().unwrap_or_default();
            insert(input, place, &other[part(other.len(), random)]);
        }
        6 => {
            let other = others.choose(random).cloned().unwrap_or_default();
            input.truncate(place);
            input.extend_from_slice(&other[random.random_range(0..=other.len())..]);
        }
        7 => input.truncate(place),
        8 => insert(input, place, TOKENS.choose(random).copied().unwrap_or_default()),
        9 => number(input, random),
        _ => {
            let byte = *b"[{(<%-\0 9".choose(random).unwrap_or(&b' ');
            insert(input, place, &vec![byte; random.random_range(1..=MANY)]);
        }
    }
}

fn flip(input: &mut [u8], place: usize, random: &mut SmallRng) {
    if let Some(byte) = input.get_mut(place) {
        *byte ^= 1 << random.random_range(0..8);
    }
}

fn set(input: &mut [u8], place: usize, to: u8) {
    if let Some(byte) = input.get_mut(place) {
        *byte = to;
    }
}

fn insert(input: &mut Vec<u8>, place: usize, what: &[u8]) {
    input.splice(place..place, what.iter().copied());
}

/// A random range of at most a quarter of the length.
fn part(length: usize, random: &mut SmallRng) -> std::ops::Range<usize> {
    let from = random.random_range(0..=length);
    let to = (from + random.random_range(0..=length / 4 + 1)).min(length);
    from..to
}

/// Replaces a number by another one.
fn number(input: &mut Vec<u8>, random: &mut SmallRng) {
    let digits: Vec<usize> = (0..input.len()).filter(|at| input[*at].is_ascii_digit()).collect();
    let Some(from) = digits.choose(random).copied() else { return };
    let length = input[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let magnitude = random.random_range(0..=64);
    let value = random.random::<u64>().checked_shr(magnitude).unwrap_or_default();
    let sign = if random.random_bool(0.2) { "-" } else { "" };
    input.splice(from..from + length, format!("{sign}{value}").into_bytes());
}
