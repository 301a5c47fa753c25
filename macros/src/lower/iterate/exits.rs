//! Whether a loop can be left before its last turn.

use syn::visit::Visit;
use syn::{Block, Expr};

/// Whether the body may leave its loop.
pub(super) fn leaves(body: &Block) -> bool {
    let mut seek = Leaves { depth: 0, labels: Vec::new(), found: false };
    seek.visit_block(body);
    seek.found
}

struct Leaves {
    /// How many loops inside the body are open.
    depth: usize,
    labels: Vec<String>,
    found: bool,
}

impl<'ast> Visit<'ast> for Leaves {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        let (is_loop, label) = match expr {
            Expr::ForLoop(turns) => (true, turns.label.as_ref()),
            Expr::While(turns) => (true, turns.label.as_ref()),
            Expr::Loop(turns) => (true, turns.label.as_ref()),
            _ => (false, None),
        };
        match expr {
            Expr::Closure(_) => return,
            Expr::Return(_) => self.found = true,
            Expr::Break(leaving) => self.found |= self.is_outside(leaving.label.as_ref()),
            // A `continue` without a label goes on with a turn.
            Expr::Continue(leaving) if leaving.label.is_some() => {
                self.found |= self.is_outside(leaving.label.as_ref());
            }
            _ => {}
        }
        self.depth += usize::from(is_loop);
        self.labels.extend(label.map(|label| label.name.ident.to_string()));
        syn::visit::visit_expr(self, expr);
        self.labels.truncate(self.labels.len() - usize::from(label.is_some()));
        self.depth -= usize::from(is_loop);
    }
}

impl Leaves {
    fn is_outside(&self, label: Option<&syn::Lifetime>) -> bool {
        match label {
            Some(label) => !self.labels.contains(&label.ident.to_string()),
            None => self.depth == 0,
        }
    }
}
