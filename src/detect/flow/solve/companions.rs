//! Rules that look at types and functions by themselves: what will leak one day, and what only seems to protect.

use super::super::ir::{How, Kind, TypeItem};
use super::super::names::Owner;
use super::Solver;
use super::report::{Flow, Step};
use super::summary::Summary;
use super::types::Type;
use super::value::{Def, From};

impl Solver<'_> {
    /// Adds what the companion rules of the catalogue find.
    pub(super) fn companions(&mut self, flows: &mut Vec<Flow>) {
        let all = 0..u32::try_from(self.defs.len()).unwrap_or(0);
        let wanted: Vec<Def> = all
            .filter(|def| self.units[self.defs[*def as usize].file as usize].wanted && !self.is_test(*def))
            .collect();
        if let Some(rule) = self.spec.derives {
            let printed = self.prints_anything();
            for def in &wanted {
                flows.extend(self.revealing_type(rule, *def, printed));
            }
        }
        if let Some(rule) = self.spec.returns_input {
            for def in &wanted {
                flows.extend(self.useless_barrier(rule, *def));
            }
        }
    }

    /// Is there a function that prints by `{:?}` what its caller chooses the type of?
    fn prints_anything(&mut self) -> bool {
        let summaries: Vec<_> =
            self.summaries.iter().filter(|(_, s)| !s.sinks.is_empty()).map(|(d, s)| (*d, s.clone())).collect();
        summaries.into_iter().any(|(def, summary)| {
            let signature = self.signature(def);
            summary.sinks.iter().any(|sink| match &self.sources[sink.param as usize] {
                From::Param { index, how: How::Debug, path, .. } => {
                    let ty = signature.params.get(usize::from(*index)).map(|(_, ty)| *ty);
                    path.is_empty()
                        && ty.is_some_and(|ty| matches!(self.types.get(ty), Type::Param(_) | Type::Bounds(_)))
                }
                _ => false,
            })
        })
    }

    /// A type with a derived `Debug` that shows PHI of its own fields.
    fn revealing_type(&mut self, rule: u16, def: Def, printed: bool) -> Option<Flow> {
        let file = self.defs[def as usize].file;
        let item: &TypeItem = match &self.item(def).kind {
            Kind::Type(item) if item.derives[0] && !item.redacts && item.derive_span != (0, 0) => item,
            _ => return None,
        };
        if self.formatters.contains_key(&(def, self.syms.debug)) {
            return None;
        }
        let (mut kinds, mut trail) = (Vec::new(), Vec::new());
        for (i, variant) in item.variants.iter().enumerate() {
            for field in variant.fields.iter().filter(|field| !field.hidden[0]) {
                let ty = self.field_ty(def, field);
                // A type of the program answers for itself.
                if self.inner_def(ty).is_some() || self.hides(ty) {
                    continue;
                }
                // Where nothing is about health, a number called `ssn` is one of a protocol.
                if !self.health && self.is_number(ty) {
                    continue;
                }
                if let Some(label) = self.field_label(def, i, field, Owner::Unknown) {
                    kinds.push(self.vocabulary.kind(label).to_owned());
                    trail.push(Step { file, span: field.span });
                }
            }
        }
        kinds.sort();
        kinds.dedup();
        // One step: the first field, whose value the derive shows.
        trail.truncate(1);
        trail.push(Step { file, span: item.derive_span });
        let patient = |kind: &String| {
            ["ssn", "mrn", "dob", "health_plan_id"].contains(&kind.as_str()) || kind.starts_with("health.")
        };
        (!kinds.is_empty() && (self.health || kinds.iter().any(patient))).then_some(Flow {
            rule,
            file,
            span: item.derive_span,
            kinds,
            trail,
            unsure: false,
            mild: !printed,
            advice: None,
        })
    }

    /// A function whose name promises to protect PHI, and that hands it back as it was.
    fn useless_barrier(&mut self, rule: u16, def: Def) -> Option<Flow> {
        let f = self.fn_item(def).filter(|f| f.code.is_some())?;
        let (span, own) = (f.span, f.method);
        let name = self.def_name(def);
        if !self.is_barrier(name) {
            return None;
        }
        let summary = self.summary(def);
        let given = self.given_back(&summary).filter(|index| !own || *index > 0)?;
        let file = self.defs[def as usize].file;
        let signature = self.signature(def);
        let (param, ty) = signature.params.get(usize::from(given)).copied()?;
        let named = param.and_then(|param| self.name_label(param, ty, Owner::Unknown));
        let mut kinds: Vec<String> = named.map(|label| self.vocabulary.kind(label).to_owned()).into_iter().collect();
        kinds.extend(self.trusted.get(&def).into_iter().flatten().map(|label| self.vocabulary.kind(*label).to_owned()));
        kinds.sort();
        kinds.dedup();
        let trail = vec![Step { file, span }];
        (!kinds.is_empty()).then_some(Flow { rule, file, span, kinds, trail, unsure: false, mild: false, advice: None })
    }

    /// Which parameter comes back unchanged.
    fn given_back(&self, summary: &Summary) -> Option<u8> {
        summary.ret.taint.iter().find_map(|source| match &self.sources[*source as usize] {
            From::Param { index, exact: true, path, .. } if path.is_empty() => Some(*index),
            _ => None,
        })
    }
}
