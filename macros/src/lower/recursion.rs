//! Whether a function calls itself whatever its parameters are, and so never ends.

use proc_macro2::Ident;
use syn::{Block, Expr, ExprCall, Stmt};

/// A call of the function that each of its calls reaches.
pub(super) fn endless<'b>(name: &Ident, body: &'b Block) -> Option<&'b ExprCall> {
    Endless { name }.block(body)
}

struct Endless<'n> {
    name: &'n Ident,
}

impl Endless<'_> {
    fn block<'b>(&self, block: &'b Block) -> Option<&'b ExprCall> {
        for statement in &block.stmts {
            let expr = match statement {
                Stmt::Local(local) => local.init.as_ref().map(|init| &*init.expr),
                Stmt::Expr(expr, _) => Some(expr),
                _ => None,
            };
            let found = expr.and_then(|expr| self.expr(expr));
            if found.is_some() || expr.is_some_and(may_leave) {
                return found;
            }
        }
        None
    }

    /// The call in an expression that is evaluated for sure.
    fn expr<'b>(&self, expr: &'b Expr) -> Option<&'b ExprCall> {
        match expr {
            Expr::Call(call) => {
                let own = matches!(&*call.func, Expr::Path(path) if path.path.is_ident(self.name));
                call.args.iter().find_map(|argument| self.expr(argument)).or(own.then_some(call))
            }
            Expr::MethodCall(call) => self
                .expr(&call.receiver)
                .or_else(|| call.args.iter().find_map(|argument| self.expr(argument))),
            Expr::Binary(binary) => {
                let is_lazy = matches!(binary.op, syn::BinOp::And(_) | syn::BinOp::Or(_));
                self.expr(&binary.left).or_else(|| self.expr(&binary.right).filter(|_| !is_lazy))
            }
            Expr::If(branch) => {
                let (_, otherwise) = branch.else_branch.as_ref()?;
                let both = || self.block(&branch.then_branch).filter(|_| self.expr(otherwise).is_some());
                self.expr(&branch.cond).or_else(both)
            }
            Expr::Match(matched) => {
                let first = || self.expr(&matched.arms.first()?.body);
                let all = matched.arms.iter().all(|arm| self.expr(&arm.body).is_some());
                self.expr(&matched.expr).or_else(|| first().filter(|_| all))
            }
            Expr::Block(block) => self.block(&block.block),
            Expr::Paren(inner) => self.expr(&inner.expr),
            Expr::Group(inner) => self.expr(&inner.expr),
            Expr::Unary(inner) => self.expr(&inner.expr),
            Expr::Cast(inner) => self.expr(&inner.expr),
            Expr::Reference(inner) => self.expr(&inner.expr),
            Expr::Field(inner) => self.expr(&inner.base),
            Expr::Index(inner) => self.expr(&inner.expr).or_else(|| self.expr(&inner.index)),
            Expr::Tuple(tuple) => tuple.elems.iter().find_map(|expr| self.expr(expr)),
            Expr::Array(array) => array.elems.iter().find_map(|expr| self.expr(expr)),
            Expr::Assign(assign) => self.expr(&assign.right),
            Expr::Return(back) => self.expr(back.expr.as_ref()?),
            // What may run no times at all.
            _ => None,
        }
    }
}

/// Whether the function may end inside the expression.
fn may_leave(expr: &Expr) -> bool {
    struct Seek(bool);
    impl<'ast> syn::visit::Visit<'ast> for Seek {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            self.0 |= matches!(expr, Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) | Expr::Try(_));
            syn::visit::visit_expr(self, expr);
        }
    }
    let mut seek = Seek(false);
    syn::visit::Visit::visit_expr(&mut seek, expr);
    seek.0
}

#[cfg(test)]
mod tests {
    use quote::format_ident;
    use syn::parse_quote;

    use super::*;

    #[test]
    fn a_base_case_is_a_way_around_the_call() {
        let is_endless = |body: Block| endless(&format_ident!("f"), &body).is_some();
        assert!(is_endless(parse_quote!({ x * f(x, n - 1) })));
        assert!(is_endless(parse_quote!({ if n == 0 { f(x, n) } else { -f(x, n - 1) } })));
        assert!(is_endless(parse_quote!({
            let y = f(x, n);
            if n == 0 {
                return x;
            }
            y
        })));
        assert!(!is_endless(parse_quote!({ if n == 0 { x } else { f(x, n - 1) } })));
        assert!(!is_endless(parse_quote!({
            if n == 0 {
                return x;
            }
            f(x, n - 1)
        })));
        assert!(!is_endless(parse_quote!({
            match n {
                0 => x,
                _ => f(x, n - 1),
            }
        })));
        assert!(!is_endless(parse_quote!({
            let mut y = x;
            for i in 0..n {
                y += f(y, i);
            }
            y
        })));
        assert!(!is_endless(parse_quote!({ if n > 0 && f(x, n - 1) > 0.0 { x } else { 0.0 } })));
    }
}
