//! Where values live that outlast their loop.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::cells::Cells;
use super::order::{Context, Path};
use super::units::{Unit, Units};
use crate::graph::{Axis, Graph, Id, Node};

/// Where a value lives that outlasts its loop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Storage {
    /// The loop indices for each of which there is a value, the outermost first.
    pub(crate) leading: Vec<Axis>,
    /// The blocks that run over these where the value is computed.
    pub(crate) blocks: Vec<usize>,
    /// Which of an array's own axes are stored; the others are shared with the users' loops.
    pub(crate) kept: Vec<bool>,
    pub(crate) home: Home,
}

impl Storage {
    /// The loop indices, each with the block that runs over it.
    pub(crate) fn turns(&self) -> Vec<(Axis, usize)> {
        self.leading.iter().copied().zip(self.blocks.iter().copied()).collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Home {
    /// A buffer of its own; without any index, a local variable.
    Local,
    /// The gradient with this number.
    Output(usize),
}

/// All that is stored.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) storage: HashMap<Id, Storage>,
    pub(super) accumulators: HashMap<Id, Storage>,
    pub(super) gradients: HashMap<Id, Storage>,
    /// In which block (by its number; 0 is none) each accumulator starts.
    pub(super) resets: BTreeMap<usize, Vec<Id>>,
}

struct Search<'a> {
    graph: &'a Graph,
    units: &'a Units<'a>,
    paths: &'a HashMap<usize, Path>,
    roots: &'a [Id],
    outputs: &'a [Id],
    users: HashMap<Id, Vec<usize>>,
    /// The calls whose gradients are needed.
    pulled_back: HashSet<Id>,
    found: Stored,
}

/// What is stored, and where; `None` if an array that changes in place is asked for from outside its loops.
pub(super) fn storage(
    graph: &Graph,
    units: &Units,
    cells: &Cells,
    paths: &HashMap<usize, Path>,
    roots: &[Id],
    outputs: &[Id],
) -> Option<Stored> {
    let mut users: HashMap<Id, Vec<usize>> = HashMap::new();
    for place in 0..units.len() {
        // A mark only says that what it belongs to is complete.
        if matches!(units.unit(place), Unit::Finish(_)) {
            continue;
        }
        for &need in units.needs(place) {
            if let Some(id) = units.unit(need).id()
                && units.uses(place, need)
            {
                users.entry(id).or_default().push(place);
            }
        }
    }
    let pulled_back = graph.pulled_back(roots);
    let mut search =
        Search { graph, units, paths, roots, outputs, users, pulled_back, found: Stored::default() };
    for place in 0..units.len() {
        match units.unit(place) {
            Unit::Value(id) => search.value(place, id),
            Unit::Finish(id) if !cells.is_version(id) => search.complete(place, id),
            _ => {}
        }
    }
    let mut versions: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
    for (version, first) in cells.versions() {
        versions.entry(first).or_default().push(version);
    }
    for (first, versions) in versions {
        search.cell(first, &versions)?;
    }
    place_in_outputs(graph, units, paths, &search.users, &mut search.found.storage);
    Some(search.found)
}

impl Search<'_> {
    /// The loops and branches that hold all of the units; none around what is a root.
    fn common(&self, units: impl Iterator<Item = usize>, is_root: bool) -> Path {
        let mut common: Option<Path> = is_root.then(Vec::new);
        for at in units {
            let path = &self.paths[&at];
            common = Some(match common {
                None => path.clone(),
                Some(known) => {
                    known.into_iter().zip(path).take_while(|(a, b)| a == *b).map(|(a, _)| a).collect()
                }
            });
        }
        common.unwrap_or_default()
    }

    fn users(&self, id: Id) -> impl Iterator<Item = usize> + '_ {
        self.users.get(&id).into_iter().flatten().copied()
    }

    /// The loops over free indices that are not shared, where the value is computed.
    fn leading(&self, id: Id, path: &Path, shared: &Path) -> (Vec<Axis>, Vec<usize>) {
        let free = self.graph.free(id);
        let is_open =
            |axis: &Axis| path.iter().any(|(_, open)| matches!(open, Context::Loop(own, _) if own == axis));
        let loops = path.iter().skip(shared.len()).flat_map(|(number, context)| match context {
            Context::Loop(axis, _) if free.contains(axis) => vec![(*axis, *number)],
            Context::Contraction(_) => {
                let own = self.units.order.iter().filter(|axis| free.contains(axis) && !is_open(axis));
                own.map(|axis| (*axis, *number)).collect()
            }
            _ => Vec::new(),
        });
        loops.unzip()
    }

    fn value(&mut self, place: usize, id: Id) {
        let is_root = self.roots.contains(&id);
        let shared = self.common([place].into_iter().chain(self.users(id)), is_root);
        let path = &self.paths[&place];
        if shared.len() < path.len() && (self.users.contains_key(&id) || is_root) {
            let (leading, blocks) = self.leading(id, path, &shared);
            let storage = Storage { leading, blocks, kept: Vec::new(), home: Home::Local };
            if self.pulled_back.contains(&id) {
                self.found.gradients.insert(id, storage.clone());
            }
            self.found.storage.insert(id, storage);
        }
    }

    fn complete(&mut self, place: usize, id: Id) {
        let graph = self.graph;
        let node = graph.node(id);
        let is_own = |place: &usize| self.units.unit(*place).id() == Some(id);
        let defined: Vec<usize> = self.units.needs(place).iter().copied().filter(is_own).collect();
        let is_array = !graph.shape(id).is_empty();
        let output = self.outputs.iter().position(|root| *root == id).filter(|_| is_array);
        let kept_apart = self.units.place(Unit::Value(id));
        let users = self.users(id).filter(|user| kept_apart.is_none_or(|apart| apart == *user));
        let is_root = self.roots.contains(&id) && kept_apart.is_none();
        let common = self.common(defined.iter().copied().chain(users), is_root);
        let bound = match &node {
            Node::Fold(_, axes, _) | Node::Build(axes, _) => axes.clone(),
            _ => Vec::new(),
        };
        // An array that is complete only after its loops cannot share them.
        let complete = self.units.axes(place);
        let shared: Path = common
            .iter()
            .copied()
            .take_while(|(_, context)| match context {
                Context::Loop(axis, _) => !bound.contains(axis) || complete.contains(axis),
                Context::Branch(_) | Context::Contraction(_) => true,
            })
            .collect();
        let is_shared =
            |axis: &Axis| shared.iter().any(|(_, open)| matches!(open, Context::Loop(own, _) if own == axis));
        let none = Path::new();
        let path = defined.first().map_or(&none, |first| &self.paths[first]);
        let (leading, blocks) = self.leading(id, path, &shared);
        let kept = match &node {
            Node::Build(axes, _) => axes.iter().map(|axis| !is_shared(axis)).collect(),
            _ => vec![true; graph.shape(id).len()],
        };
        let home = output.map_or(Home::Local, Home::Output);
        let storage = Storage { leading, blocks, kept, home };
        if kept_apart.is_some() {
            self.found.accumulators.insert(id, storage);
        } else {
            self.found.storage.insert(id, storage);
        }
        let begun = self.units.place(Unit::Begin(id)).is_some();
        if !matches!(node, Node::Build(..)) && !begun {
            self.reset(&shared, id);
        }
    }

    fn reset(&mut self, shared: &Path, id: Id) {
        self.found.resets.entry(shared.last().map_or(0, |(number, _)| *number)).or_default().push(id);
    }

    /// One place for all versions of an array.
    fn cell(&mut self, first: Id, versions: &[Id]) -> Option<()> {
        let graph = self.graph;
        let is_root = versions.iter().any(|version| self.roots.contains(version));
        let touching: HashSet<Id> = versions.iter().copied().collect();
        let own = (0..self.units.len())
            .filter(|&place| self.units.unit(place).id().is_some_and(|id| touching.contains(&id)));
        let users = versions.iter().flat_map(|&version| self.users(version));
        let common = self.common(own.chain(users), is_root);
        let is_open =
            |axis: &Axis| common.iter().any(|(_, open)| matches!(open, Context::Loop(own, _) if own == axis));
        if !graph.free(first).iter().all(|axis| is_open(axis) || self.is_own_turn(first, *axis)) {
            return None;
        }
        let output = self.outputs.iter().position(|root| touching.contains(root));
        let storage = Storage {
            leading: Vec::new(),
            blocks: Vec::new(),
            kept: vec![true; graph.shape(first).len()],
            home: output.map_or(Home::Local, Home::Output),
        };
        self.found.storage.insert(first, storage);
        let begun = self.units.place(Unit::Begin(first)).is_some();
        if matches!(graph.node(first), Node::Scatter(None, _)) && !begun {
            self.reset(&common, first);
        }
        Some(())
    }

    /// Whether the array is a loop's variable and the axis the loop's own, before which it begins.
    fn is_own_turn(&self, first: Id, axis: Axis) -> bool {
        matches!(self.graph.node(first), Node::State(number, _) if self.units.loops.axis(number) == axis)
    }
}

/// What only feeds the element of a gradient that has its own indices lives in the gradient itself: a fold is
/// accumulated there, and a number that another loop asks for is kept there.
fn place_in_outputs(
    graph: &Graph,
    units: &Units,
    paths: &HashMap<usize, Path>,
    users: &HashMap<Id, Vec<usize>>,
    storage: &mut HashMap<Id, Storage>,
) {
    let mut taken: HashSet<Id> = HashSet::new();
    for place in 0..units.len() {
        let Some(id) = units.unit(place).id() else {
            continue;
        };
        let users = users.get(&id).into_iter().flatten().copied();
        let users: Vec<usize> = match (units.unit(place), graph.node(id)) {
            (Unit::Finish(_), Node::Fold(..)) => users.collect(),
            // Where it is computed it has a name.
            (Unit::Value(_), _) => users.filter(|user| !paths[user].starts_with(&paths[&place])).collect(),
            _ => continue,
        };
        let (&[user], Some(of_value)) = (users.as_slice(), storage.get(&id)) else {
            continue;
        };
        let Unit::Update(array, 0) = units.unit(user) else {
            continue;
        };
        let (Node::Build(axes, _), Some(of_array)) = (graph.node(array), storage.get(&array)) else {
            continue;
        };
        let home = of_array.home;
        let (mut sorted, mut leading) = (axes.clone(), of_value.leading.clone());
        sorted.sort_unstable();
        leading.sort_unstable();
        let fits = graph.ty(id) == graph.ty(array) && leading == sorted;
        if matches!(home, Home::Output(_)) && fits && taken.insert(array) {
            let blocks = vec![0; axes.len()];
            storage.insert(id, Storage { leading: axes, blocks, kept: Vec::new(), home });
        }
    }
}
