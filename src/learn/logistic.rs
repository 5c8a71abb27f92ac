//! Multinomial logistic regression with an L2 penalty, fitted by L-BFGS: convex, so that the result does not depend on a
//! random start, and deterministic, because every sum is made in one order.

/// A sample: row and value of its features, ascending, and its type.
pub(super) struct Row {
    pub(super) entries: Vec<(u32, f32)>,
    pub(super) class: usize,
    /// How much it counts; the weights' sum is what the penalty is measured against.
    pub(super) weight: f32,
}

/// A fitted model.
pub(super) struct Weights {
    /// For each feature a weight for each type.
    pub(super) weights: Vec<f32>,
    /// One for each type.
    pub(super) bias: Vec<f32>,
}

/// How a model is fitted.
#[derive(Clone, Copy, Debug)]
pub(super) struct FitParams {
    /// Penalty: half of it times the square of each weight is added to the mean loss.
    pub(super) penalty: f32,
    /// Most steps.
    pub(super) steps: usize,
    /// The fit is good when a step gains less than this share of the loss.
    pub(super) tolerance: f64,
}

impl Default for FitParams {
    fn default() -> Self {
        Self { penalty: 5e-4, steps: 120, tolerance: 1e-5 }
    }
}

/// Steps that L-BFGS remembers.
const MEMORY: usize = 8;

/// Fits weights of `features` features for `classes` types.
///
/// L-BFGS with two loops and a backtracking line search: J. Nocedal, S. Wright, "Numerical Optimization", 2nd edition,
/// algorithms 7.4 and 3.1.
pub(super) fn fit(rows: &[Row], features: usize, classes: usize, params: &FitParams) -> Weights {
    let problem = Problem { rows, features, classes, penalty: params.penalty };
    let mut at = vec![0.0f32; (features + 1) * classes];
    let (mut loss, mut gradient) = problem.loss(&at);
    let mut memory: Vec<(Vec<f32>, Vec<f32>, f64)> = Vec::new();
    for _ in 0..params.steps {
        let mut direction = descend(&gradient, &memory);
        let mut slope = dot(&direction, &gradient);
        if slope >= 0.0 {
            memory.clear();
            direction = gradient.iter().map(|g| -g).collect();
            slope = -dot(&gradient, &gradient);
        }
        let mut step = 1.0f32;
        let taken = (0..20).find_map(|_| {
            let next: Vec<f32> = at.iter().zip(&direction).map(|(a, d)| a + step * d).collect();
            let (next_loss, next_gradient) = problem.loss(&next);
            let enough = next_loss <= loss + 1e-4 * f64::from(step) * slope;
            step *= 0.5;
            enough.then_some((next, next_loss, next_gradient))
        });
        let Some((next, next_loss, next_gradient)) = taken else { break };
        let moved: Vec<f32> = next.iter().zip(&at).map(|(a, b)| a - b).collect();
        let turned: Vec<f32> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&moved, &turned);
        if curvature > 0.0 {
            memory.push((moved, turned, curvature));
            if memory.len() > MEMORY {
                memory.remove(0);
            }
        }
        let gained = loss - next_loss;
        (at, loss, gradient) = (next, next_loss, next_gradient);
        if gained <= params.tolerance * loss {
            break;
        }
    }
    let bias = at.split_off(features * classes);
    Weights { weights: at, bias }
}

/// The direction of the next step.
fn descend(gradient: &[f32], memory: &[(Vec<f32>, Vec<f32>, f64)]) -> Vec<f32> {
    let mut direction: Vec<f32> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(memory.len());
    for (moved, turned, curvature) in memory.iter().rev() {
        let share = dot(moved, &direction) / curvature;
        add(&mut direction, turned, -share);
        shares.push(share);
    }
    if let Some((_, turned, curvature)) = memory.last() {
        let scale = (curvature / dot(turned, turned)) as f32;
        direction.iter_mut().for_each(|d| *d *= scale);
    }
    for ((moved, turned, curvature), share) in memory.iter().zip(shares.iter().rev()) {
        let back = dot(turned, &direction) / curvature;
        add(&mut direction, moved, share - back);
    }
    direction
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    // Sums of 64, so that most of it is done in f32 lanes without losing digits.
    a.chunks(64).zip(b.chunks(64)).map(|(a, b)| f64::from(a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>())).sum()
}

fn add(to: &mut [f32], what: &[f32], times: f64) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += times as f32 * what);
}

struct Problem<'r> {
    rows: &'r [Row],
    features: usize,
    classes: usize,
    penalty: f32,
}

impl Problem<'_> {
    /// Mean loss and its gradient.
    fn loss(&self, at: &[f32]) -> (f64, Vec<f32>) {
        let classes = self.classes;
        let (weights, bias) = at.split_at(self.features * classes);
        let total: f64 = self.rows.iter().map(|row| f64::from(row.weight)).sum();
        let mut gradient: Vec<f32> = weights.iter().map(|w| self.penalty * w).collect();
        gradient.resize(at.len(), 0.0);
        let mut loss = f64::from(self.penalty) / 2.0 * dot(weights, weights);
        let mut chances = vec![0.0f32; classes];
        for row in self.rows {
            logits(&row.entries, weights, bias, &mut chances);
            let top = chances.iter().copied().fold(f32::MIN, f32::max);
            let own = chances[row.class];
            chances.iter_mut().for_each(|c| *c = (*c - top).exp());
            let sum: f32 = chances.iter().sum();
            let share = (f64::from(row.weight) / total) as f32;
            loss += f64::from(share) * f64::from(sum.ln() + top - own);
            chances.iter_mut().for_each(|c| *c *= share / sum);
            chances[row.class] -= share;
            for &(feature, value) in &row.entries {
                let at = feature as usize * classes;
                gradient[at..at + classes].iter_mut().zip(&chances).for_each(|(g, c)| *g += value * c);
            }
            let at = self.features * classes;
            gradient[at..].iter_mut().zip(&chances).for_each(|(g, c)| *g += c);
        }
        (loss, gradient)
    }
}

/// The logits of a sample.
pub(super) fn logits(entries: &[(u32, f32)], weights: &[f32], bias: &[f32], out: &mut [f32]) {
    out.copy_from_slice(bias);
    let classes = out.len();
    for &(feature, value) in entries {
        let at = feature as usize * classes;
        out.iter_mut().zip(&weights[at..at + classes]).for_each(|(sum, weight)| *sum += value * weight);
    }
}
