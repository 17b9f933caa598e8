//! Statements.

use std::rc::Rc;

use super::interpreter::{Flow, Frame, Interpreter, Stop, budget};
use super::model::{Place, ProblemKind};
use super::syntax::{ClassDef, Expr, ExprKind, Stmt, StmtKind};
use super::value::{Class, Function, Kind, Names, Value};

/// Classes in one line of inheritance.
const MAX_ANCESTRY: usize = 64;

impl Interpreter<'_> {
    pub(super) fn block(&mut self, body: &[Stmt], frame: &mut Frame) -> Result<Flow, Stop> {
        for statement in body {
            match self.statement(statement, frame)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    pub(super) fn statement(&mut self, statement: &Stmt, frame: &mut Frame) -> Result<Flow, Stop> {
        let place = self.place(frame.module, statement.span);
        self.spend(1, place)?;
        match &statement.kind {
            StmtKind::Expr(value) => {
                if !matches!(value.kind, ExprKind::Str(_)) {
                    self.expression(value, frame)?;
                }
            }
            StmtKind::Assign(targets, value) => {
                let value = self.expression(value, frame)?;
                for target in targets {
                    self.assign(target, value.clone(), frame)?;
                }
            }
            StmtKind::Augment(target, op, value) => {
                let current = self.expression(target, frame)?;
                let value = self.expression(value, frame)?;
                let value = self.binary(*op, &current, &value, place)?;
                self.assign(target, value, frame)?;
            }
            StmtKind::Return(value) => {
                return Ok(Flow::Return(match value {
                    Some(value) => self.expression(value, frame)?,
                    None => Value::new(Kind::None, place),
                }));
            }
            StmtKind::If(test, then, otherwise) => {
                let value = self.expression(test, frame)?;
                return match value.truth() {
                    Some(true) => self.block(then, frame),
                    Some(false) => self.block(otherwise, frame),
                    None => self.both_arms(test, [then, otherwise], frame),
                };
            }
            StmtKind::For {
                target,
                iterable,
                body,
                otherwise,
            } => return self.repeat(target, iterable, [body, otherwise], frame),
            StmtKind::While(test, body) => loop {
                self.spend(1, place)?;
                match self.expression(test, frame)?.truth() {
                    Some(true) => {}
                    Some(false) => break,
                    None => return self.both_arms(test, [body, &[]], frame),
                }
                match self.block(body, frame)? {
                    Flow::Break => break,
                    Flow::Next | Flow::Continue => {}
                    flow @ Flow::Return(_) => return Ok(flow),
                }
            },
            StmtKind::Try {
                body,
                handler,
                otherwise,
                finally,
            } => {
                let flow = match self.block(body, frame) {
                    Ok(Flow::Next) => self.block(otherwise, frame)?,
                    Ok(flow) => flow,
                    Err(Stop::Failure(_)) => self.block(handler, frame)?,
                    Err(stop) => return Err(stop),
                };
                return match self.block(finally, frame)? {
                    Flow::Next => Ok(flow),
                    other => Ok(other),
                };
            }
            StmtKind::With(items, body) => {
                for (context, target) in items {
                    let value = self.expression(context, frame)?;
                    if let Some(target) = target {
                        self.assign(target, value, frame)?;
                    }
                }
                return self.block(body, frame);
            }
            StmtKind::Assert(test) => {
                if self.expression(test, frame)?.truth() == Some(false) {
                    return Err(Stop::failure(
                        ProblemKind::Failure,
                        "this assertion fails".to_owned(),
                        place,
                    ));
                }
            }
            StmtKind::Raise => {
                return Err(Stop::failure(
                    ProblemKind::Failure,
                    "the model raises an exception here".to_owned(),
                    place,
                ));
            }
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Function(def) => {
                let mut defaults = Names::default();
                for parameter in def.parameters.iter().chain(&def.keyword_only) {
                    if let Some(default) = &parameter.default {
                        let value = self.expression(default, frame)?;
                        defaults.set(parameter.name.clone(), value);
                    }
                }
                let closure = self.surroundings(frame, place)?;
                let function = Function {
                    def: def.clone(),
                    module: frame.module,
                    closure,
                    defaults,
                    owner: None.into(),
                };
                let value = Value::new(Kind::Function(Rc::new(function)), place);
                self.store(def.name.clone(), value, frame);
            }
            StmtKind::Class(def) => {
                let class = self.class(def, frame, place)?;
                self.store(def.name.clone(), Value::new(class, place), frame);
            }
            StmtKind::Import(names) => {
                for (module, name) in names {
                    let kind = self.import(module);
                    self.store(name.clone(), Value::new(kind, place), frame);
                }
            }
            StmtKind::ImportFrom(module, names) => {
                let source = Value::new(self.import(module), place);
                for (name, asname) in names {
                    let value = self.attribute(&source, name, place)?;
                    self.store(asname.clone(), value, frame);
                }
            }
            StmtKind::Nothing => {}
            StmtKind::Unsupported(what) => {
                self.note(
                    ProblemKind::Unknown,
                    format!("{what} is not followed"),
                    place,
                );
            }
        }
        Ok(Flow::Next)
    }

    /// The names around a function or class that a function holds. A snapshot, for they do not change
    /// in models, and a function that holds its own surroundings would never be freed.
    fn surroundings(&mut self, frame: &Frame, place: Place) -> Result<Option<Names>, Stop> {
        if frame.is_global || frame.is_class {
            return Ok(frame.closure.clone());
        }
        let mut names = frame.closure.clone().unwrap_or_default();
        self.spend(names.len() + frame.locals.len(), place)?;
        for (name, value) in frame.locals.iter() {
            names.set(name.clone(), value.clone());
        }
        Ok(Some(names))
    }

    fn class(&mut self, def: &ClassDef, frame: &mut Frame, place: Place) -> Result<Kind, Stop> {
        let mut bases = Vec::new();
        for base in &def.bases {
            bases.push(self.expression(base, frame)?);
        }
        let mut inner = Frame {
            locals: Names::default(),
            closure: self.surroundings(frame, place)?,
            module: frame.module,
            is_global: false,
            is_class: true,
            this: None,
        };
        for statement in &def.body {
            match self.statement(statement, &mut inner) {
                Ok(_) => {}
                Err(Stop::Failure(problem)) => {
                    self.note(ProblemKind::Unknown, problem.message, problem.place);
                }
                Err(stop) => return Err(stop),
            }
        }
        let class = Rc::new(Class {
            name: def.name.clone(),
            bases,
            attributes: inner.locals.into(),
        });
        if class.ancestry().len() > MAX_ANCESTRY {
            let message = format!("more than {MAX_ANCESTRY} classes inherit from each other");
            return Err(budget(message, place));
        }
        for (_, value) in class.attributes.borrow().iter() {
            if let Kind::Function(function) = &value.kind {
                *function.owner.borrow_mut() = Some(class.clone());
            }
        }
        Ok(Kind::Class(class))
    }

    fn repeat(
        &mut self,
        target: &Expr,
        iterable: &Expr,
        [body, otherwise]: [&[Stmt]; 2],
        frame: &mut Frame,
    ) -> Result<Flow, Stop> {
        let place = self.place(frame.module, iterable.span);
        let values = self.expression(iterable, frame)?;
        let Some(items) = self.items(&values, place)? else {
            self.forget(&[body], frame);
            return Ok(Flow::Next);
        };
        for item in items {
            self.spend(1, place)?;
            self.assign(target, item, frame)?;
            match self.block(body, frame)? {
                Flow::Break => return Ok(Flow::Next),
                Flow::Next | Flow::Continue => {}
                flow @ Flow::Return(_) => return Ok(flow),
            }
        }
        self.block(otherwise, frame)
    }

    /// An unknown condition: neither arm is guessed, and what they assign becomes unknown.
    fn both_arms(
        &mut self,
        test: &Expr,
        arms: [&[Stmt]; 2],
        frame: &mut Frame,
    ) -> Result<Flow, Stop> {
        let place = self.place(frame.module, test.span);
        let why = "this condition is not known, so what depends on it is not either".to_owned();
        let unknown = self.lost(why, place);
        self.forget(&arms, frame);
        Ok(if arms.iter().any(|arm| returns(arm)) {
            Flow::Return(Value::new(unknown, place))
        } else {
            Flow::Next
        })
    }

    /// Makes unknown what statements that are not run would assign.
    fn forget(&mut self, arms: &[&[Stmt]], frame: &mut Frame) {
        for statement in arms.iter().flat_map(|arm| arm.iter()) {
            match &statement.kind {
                StmtKind::Assign(targets, _) => {
                    for target in targets {
                        self.forget_target(target, frame);
                    }
                }
                StmtKind::Augment(target, ..) => self.forget_target(target, frame),
                StmtKind::If(_, then, otherwise) => self.forget(&[then, otherwise], frame),
                StmtKind::For { target, body, .. } => {
                    self.forget_target(target, frame);
                    self.forget(&[body], frame);
                }
                StmtKind::While(_, body) | StmtKind::With(_, body) => self.forget(&[body], frame),
                StmtKind::Try { body, handler, .. } => self.forget(&[body, handler], frame),
                _ => {}
            }
        }
    }

    fn forget_target(&mut self, target: &Expr, frame: &mut Frame) {
        let unknown = Value::new(
            Kind::unknown("depends on an unknown condition"),
            self.place(frame.module, target.span),
        );
        // Naming a variable or attribute cannot fail in a way that matters here.
        let _ = self.assign(target, unknown, frame);
    }

    // ---- result --------------------------------------------------------------------------------
}

/// Whether statements may leave the function.
fn returns(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match &statement.kind {
        StmtKind::Return(_) => true,
        StmtKind::If(_, then, otherwise) => returns(then) || returns(otherwise),
        StmtKind::For { body, .. } | StmtKind::While(_, body) | StmtKind::With(_, body) => {
            returns(body)
        }
        StmtKind::Try { body, handler, .. } => returns(body) || returns(handler),
        _ => false,
    })
}
