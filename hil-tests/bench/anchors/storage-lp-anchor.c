/* The site's schedule as a linear program, solved by GLPK's simplex: what `optimise` is measured against.
 *
 *   max Σ −p_t x_t/η + (p_t − c) η y_t     e_t = e_{t−1} + x_t − y_t     0 ≤ x, y ≤ X, Y     0 ≤ e_t ≤ E
 *
 * stdin: steps repeats eta cost xMax yMax eMax eStart, then the prices, none below zero.
 * stdout: the objective, then the milliseconds of each repeat, model building included. */
#include <glpk.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(void) {
  int steps, repeats;
  double eta, cost, x_max, y_max, e_max, e_start;
  if (scanf("%d %d %lf %lf %lf %lf %lf %lf", &steps, &repeats, &eta, &cost, &x_max, &y_max, &e_max, &e_start) != 8) return 2;
  double *price = malloc(steps * sizeof *price);
  for (int t = 0; t < steps; t++)
    if (scanf("%lf", &price[t]) != 1) return 2;
  glp_term_out(GLP_OFF);
  double *took = malloc(repeats * sizeof *took);
  double objective = 0;
  int *row = malloc((4 * steps + 1) * sizeof *row), *column = malloc((4 * steps + 1) * sizeof *column);
  double *value = malloc((4 * steps + 1) * sizeof *value);
  for (int repeat = 0; repeat < repeats; repeat++) {
    double started = now_ms();
    glp_prob *lp = glp_create_prob();
    glp_set_obj_dir(lp, GLP_MAX);
    glp_add_cols(lp, 3 * steps);
    glp_add_rows(lp, steps);
    int n = 0;
    for (int t = 0; t < steps; t++) {
      int x = 3 * t + 1, y = x + 1, e = x + 2;
      glp_set_col_bnds(lp, x, GLP_DB, 0, x_max);
      glp_set_col_bnds(lp, y, GLP_DB, 0, y_max);
      glp_set_col_bnds(lp, e, GLP_DB, 0, e_max);
      glp_set_obj_coef(lp, x, -price[t] / eta);
      glp_set_obj_coef(lp, y, (price[t] - cost) * eta);
      glp_set_row_bnds(lp, t + 1, GLP_FX, t == 0 ? e_start : 0, t == 0 ? e_start : 0);
      int at[4] = {x, y, e, x - 1};
      double by[4] = {-1, 1, 1, -1};
      for (int k = 0; k < (t == 0 ? 3 : 4); k++) {
        n++;
        row[n] = t + 1;
        column[n] = at[k];
        value[n] = by[k];
      }
    }
    glp_load_matrix(lp, n, row, column, value);
    glp_smcp options;
    glp_init_smcp(&options);
    options.presolve = GLP_ON;
    if (glp_simplex(lp, &options) != 0) return 1;
    objective = glp_get_obj_val(lp);
    glp_delete_prob(lp);
    took[repeat] = now_ms() - started;
  }
  printf("%.9f\n", objective);
  for (int repeat = 0; repeat < repeats; repeat++) printf("%.6f\n", took[repeat]);
  return 0;
}
