//! Smaller programs that fail like one that does.

use crate::evaluate::evaluate;
use crate::program::{Block, Expr, HELPER, Program, Statement};
use crate::{Answer, print};

/// How many programs are tried at once.
const TRIES: usize = 300;
/// How often a smaller program is sought.
const ROUNDS: usize = 12;

/// The smallest program found that fails in the same way; `failing` says of each whether it does.
pub(crate) fn shrunk(
    mut program: Program,
    failing: impl Fn(&[(u64, Program, Answer)]) -> Vec<u64>,
) -> Program {
    for _ in 0..ROUNDS {
        let mut candidates: Vec<(usize, Program)> = smaller(&program)
            .into_iter()
            .map(|candidate| (print::functions(&candidate, false).len(), candidate))
            .collect();
        candidates.sort_by_key(|(length, _)| *length);
        candidates.dedup_by_key(|(length, _)| *length);
        let cases: Vec<(u64, Program, Answer)> = candidates
            .into_iter()
            .filter_map(|(_, candidate)| evaluate(&candidate).ok().map(|answer| (candidate, answer)))
            .take(TRIES)
            .zip(0..)
            .map(|((candidate, answer), number)| (number, candidate, answer))
            .collect();
        match failing(&cases).into_iter().min() {
            Some(number) => program = cases[number as usize].1.clone(),
            None => break,
        }
    }
    program
}

/// A place in a program that may be made smaller.
enum Place<'p> {
    Expr(&'p mut Expr),
    Block(&'p mut Block),
}

/// The program with one place of it made smaller, in all ways. Not all of them are programs still.
fn smaller(program: &Program) -> Vec<Program> {
    let mut all = Vec::new();
    for at in 0.. {
        let mut found = false;
        for way in 0.. {
            let mut candidate = program.clone();
            let mut place = 0;
            let mut changed = false;
            let mut see = |here: Place<'_>| {
                if place == at {
                    found = true;
                    changed = reduce(here, way);
                }
                place += 1;
                !changed
            };
            visit_block(&mut candidate.body, &mut see);
            if let Some(helper) = &mut candidate.helper {
                visit_block(&mut helper.body, &mut see);
            }
            if !changed {
                break;
            }
            all.push(without_unused(candidate));
        }
        if !found {
            return all;
        }
    }
    all
}

fn without_unused(mut program: Program) -> Program {
    let (mut used, mut calls) = (Vec::new(), false);
    visit_block(&mut program.body, &mut |here| {
        match here {
            Place::Expr(Expr::Name(name)) => used.push(name.clone()),
            Place::Expr(Expr::Call(HELPER, _)) => calls = true,
            _ => {}
        }
        true
    });
    if !calls {
        program.helper = None;
    }
    let active = program.active().count();
    program.params.retain(|param| used.contains(&param.name) || param.active && active == 1);
    program
}

/// Makes a place smaller in one of its ways, unless it has no more.
fn reduce(place: Place<'_>, way: usize) -> bool {
    match place {
        Place::Block(block) => {
            let count = block.statements.len();
            if way < count {
                block.statements.remove(way);
                return true;
            }
            let Some(Statement::Do(expr)) = block.statements.get(way - count) else {
                return way < 2 * count && count > 0 && {
                    block.statements.truncate(way - count);
                    true
                };
            };
            // In place of a branch, what is in it.
            let inside = match expr {
                Expr::If(_, then, _) => then.statements.clone(),
                _ => Vec::new(),
            };
            let at = way - count;
            block.statements.splice(at..=at, inside);
            true
        }
        Place::Expr(expr) => {
            let mut parts: Vec<Expr> = children(expr).into_iter().map(|part| part.clone()).collect();
            match expr {
                Expr::Float(_) | Expr::Count(_) | Expr::Name(_) | Expr::Path(_) => return false,
                Expr::If(_, then, otherwise) => {
                    parts.extend(then.result.as_deref().cloned());
                    parts.extend(otherwise.as_ref().and_then(|block| block.result.as_deref().cloned()));
                }
                Expr::Match(_, arms) => {
                    parts.extend(arms.iter().filter_map(|arm| arm.body.result.as_deref().cloned()));
                }
                Expr::Block(block) => parts.extend(block.result.as_deref().cloned()),
                _ => {}
            }
            parts.push(Expr::Float(0.5));
            parts.push(Expr::Count(1));
            match parts.into_iter().nth(way) {
                Some(part) => *expr = part,
                None => return false,
            }
            true
        }
    }
}

/// Shows each place, the outer ones first, as long as `see` wants to see what is inside.
fn visit_block(block: &mut Block, see: &mut impl FnMut(Place<'_>) -> bool) {
    if !see(Place::Block(block)) {
        return;
    }
    for statement in &mut block.statements {
        match statement {
            Statement::Let { value, .. } | Statement::Return(value) | Statement::Do(value) => {
                visit_expr(value, see);
            }
            Statement::Assign { place, value, .. } => {
                visit_expr(place, see);
                visit_expr(value, see);
            }
            Statement::For { over: head, body, .. } | Statement::While { condition: head, body, .. } => {
                visit_expr(head, see);
                visit_block(body, see);
            }
            Statement::Break(_, value) => value.iter_mut().for_each(|value| visit_expr(value, see)),
            Statement::Continue(_) => {}
        }
    }
    if let Some(result) = &mut block.result {
        visit_expr(result, see);
    }
}

fn visit_expr(expr: &mut Expr, see: &mut impl FnMut(Place<'_>) -> bool) {
    if !see(Place::Expr(expr)) {
        return;
    }
    for part in children(expr) {
        visit_expr(part, see);
    }
    match expr {
        Expr::If(_, then, otherwise) => {
            visit_block(then, see);
            otherwise.iter_mut().for_each(|block| visit_block(block, see));
        }
        Expr::Match(_, arms) => {
            for arm in arms {
                arm.guard.iter_mut().for_each(|guard| visit_expr(guard, see));
                visit_block(&mut arm.body, see);
            }
        }
        Expr::Block(block) | Expr::Loop(_, block) => visit_block(block, see),
        _ => {}
    }
}

/// The expressions directly inside, but for those in blocks.
fn children(expr: &mut Expr) -> Vec<&mut Expr> {
    match expr {
        Expr::Float(_) | Expr::Count(_) | Expr::Name(_) | Expr::Path(_) => Vec::new(),
        Expr::Block(_) | Expr::Loop(..) => Vec::new(),
        Expr::Prefix(_, inner)
        | Expr::Cast(inner)
        | Expr::Field(inner, _)
        | Expr::Repeat(inner, _)
        | Expr::Closure(_, inner)
        | Expr::If(inner, ..)
        | Expr::Match(inner, _) => vec![&mut **inner],
        Expr::Infix(_, left, right)
        | Expr::Index(left, right)
        | Expr::Range(left, right, _)
        | Expr::VecOf(left, right) => vec![&mut **left, &mut **right],
        Expr::Element(a, b, c) | Expr::Slice(a, b, c) => vec![&mut **a, &mut **b, &mut **c],
        Expr::Method(receiver, _, arguments) => {
            std::iter::once(&mut **receiver).chain(arguments.iter_mut()).collect()
        }
        Expr::Call(_, parts) | Expr::Tuple(parts) | Expr::List(parts) => parts.iter_mut().collect(),
    }
}
