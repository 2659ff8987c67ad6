//! One value, one hit: of hits that overlap, the one that knows most stands.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::detect::{COMPANY, Clues, Hit};
use crate::fields::Owner;
use crate::kind::Kind;
use crate::rule::Rules;

/// Longer values are said in words, and are no codes, in bytes.
const WORDS: usize = 24;

/// Drops hits where a format says that nobody is identified, merges hits of one rule, and of overlapping ones keeps the best.
/// Published samples that nothing labels are wanted by the strict profile only.
pub(crate) fn resolve(mut hits: Vec<Hit>, rules: &Rules, kind: Kind, strict: bool) -> Vec<Hit> {
    let labelled = Clues::LABEL.with(Clues::POSITION).with(Clues::COLUMN).with(Clues::WEAK_LABEL);
    hits.retain(|h| strict || h.rule.is_none() || !h.clues.has(Clues::RESERVED) || h.clues.any(labelled));
    let mut claims: Vec<(usize, usize)> =
        hits.iter().filter(|h| h.rule.is_none()).map(|h| (h.at.start, h.at.end)).collect();
    claims.sort_unstable();
    hits.retain(|h| h.rule.is_some() && !h.at.is_empty() && (h.clues.has(Clues::POSITION) || !covered(&claims, h)));
    hits.sort_by_key(|h| (h.at.start, h.at.end, h.rule));
    hits.dedup_by(|other, kept| {
        let same = other.rule == kept.rule && other.at == kept.at;
        if same {
            merge(kept, other);
        }
        same
    });
    if kind != Kind::Prose {
        drop_lonely(&mut hits, rules);
    }
    // What is said of somebody's health names him, too: `ILLNESS: Mr. Roe is a 67-year-old …` is both.
    let is_health = |h: &Hit| h.rule.is_some_and(|id| rules.get(id).identifier.kind.starts_with("health."));
    let is_said = |h: &Hit| is_health(h) && h.at.len() > WORDS;
    let (health, identifiers): (Vec<Hit>, Vec<Hit>) = hits.into_iter().partition(is_said);
    let mut kept = best(identifiers, rules);
    let health: Vec<Hit> = best(health, rules).into_iter().filter_map(|h| beside(h, &kept)).collect();
    kept.extend(health);
    kept.sort_by_key(|h| (h.at.start, h.at.end));
    kept
}

/// Of hits that overlap, the best. They come as they stand, and so they leave.
fn best(hits: Vec<Hit>, rules: &Rules) -> Vec<Hit> {
    let (mut kept, mut group, mut end) = (Vec::with_capacity(hits.len()), Vec::new(), 0);
    for hit in hits {
        // Most stand by themselves.
        if hit.at.start >= end {
            keep(&mut group, &mut kept, rules);
        }
        end = end.max(hit.at.end);
        group.push(hit);
    }
    keep(&mut group, &mut kept, rules);
    kept
}

/// The longest piece of a hit that no other one holds.
fn beside(hit: Hit, others: &[Hit]) -> Option<Hit> {
    let next = others.partition_point(|other| other.at.end <= hit.at.start);
    let (mut longest, mut from) = (0..0, hit.at.start);
    for other in others[next..].iter().take_while(|other| other.at.start < hit.at.end) {
        if other.at.start.saturating_sub(from) > longest.len() {
            longest = from..other.at.start;
        }
        from = other.at.end;
    }
    if hit.at.end.saturating_sub(from) > longest.len() {
        longest = from..hit.at.end;
    }
    (!longest.is_empty()).then_some(Hit { at: longest, ..hit })
}

/// Drops hits that only neighbours could prove (a loose label of nobody's, a bare IP address) and that have none: logs are full of them.
fn drop_lonely(hits: &mut Vec<Hit>, rules: &Rules) {
    let proven = Clues::LABEL.with(Clues::POSITION).with(Clues::CUE);
    let machine = |h: &Hit| h.rule.is_some_and(|id| rules.get(id).identifier.kind == "ip");
    let weak = |h: &Hit| {
        let shape = h.clues.has(Clues::SHAPE) && !machine(h);
        !h.clues.any(proven) && !shape && h.owner != Owner::Person && h.record.is_none()
    };
    if !hits.iter().any(weak) {
        return;
    }
    let mut firm: Vec<usize> = hits
        .iter()
        .filter(|h| !weak(h) && !h.clues.any(Clues::GLUED.with(Clues::RESERVED)))
        .map(|h| h.at.start)
        .collect();
    firm.sort_unstable();
    hits.retain(|h| {
        let next = firm.partition_point(|at| *at < h.at.start);
        let near = |i: usize| firm.get(i).is_some_and(|at| at.abs_diff(h.at.start) <= COMPANY);
        !weak(h) || near(next) || next > 0 && near(next - 1)
    });
}

/// Does a claim of a format overlap the hit? Claims do not overlap each other.
fn covered(claims: &[(usize, usize)], hit: &Hit) -> bool {
    let next = claims.partition_point(|(start, _)| *start < hit.at.end);
    claims[..next].iter().rev().take(2).any(|(_, end)| *end > hit.at.start)
}

fn merge(kept: &mut Hit, other: &Hit) {
    kept.clues = kept.clues.with(other.clues);
    if kept.owner == Owner::Unknown {
        kept.owner = other.owner;
    }
    kept.label = kept.label.take().or_else(|| other.label.clone());
    kept.record = kept.record.or(other.record);
}

/// Who wins: positions, then columns and labels, then checked shapes; then the longer.
fn rank(hit: &Hit, rules: &Rules) -> (u32, usize) {
    let c = hit.clues;
    let checked = u32::from(c.has(Clues::CHECKED) && hit.rule.is_some_and(|r| rules.get(r).identifier.chance < 0.5));
    let known = [
        (Clues::POSITION, 64),
        (Clues::LABEL, 32),
        (Clues::COLUMN, 8),
        (Clues::WEAK_LABEL, 6),
        (Clues::CUE, 4),
        (Clues::FULL_NAME, 2),
    ];
    let sum: u32 = known.iter().filter(|(clue, _)| c.has(*clue)).map(|(_, worth)| worth).sum();
    // A cell that nothing names gives way to anything that has a form of its own.
    let glued = u32::from(!c.has(Clues::GLUED)) + 2 * u32::from(!c.has(Clues::ROW));
    // A link is one thing, whatever its parts are called.
    let whole = u32::from(checked == 1 && hit.rule.is_some_and(|r| rules.get(r).identifier.kind == "url")) * 60;
    let vague = u32::from(hit.owner != Owner::Software) * 16;
    (sum + checked * 5 + glued + vague + whole, hit.at.len())
}

/// Of a group of hits, which overlap one another, keeps the best, and what they leave of the next best.
fn keep(group: &mut Vec<Hit>, kept: &mut Vec<Hit>, rules: &Rules) {
    if group.len() > 1 {
        let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
        group.sort_by_cached_key(|hit| (Reverse(rank(hit, rules)), hit.at.start));
        group.retain(|hit| {
            let stays = taken.range(..hit.at.end).next_back().is_none_or(|(_, end)| *end <= hit.at.start);
            if stays {
                taken.insert(hit.at.start, hit.at.end);
            }
            stays
        });
        group.sort_by_key(|hit| (hit.at.start, hit.at.end));
    }
    kept.append(group);
}
