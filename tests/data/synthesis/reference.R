# Writes reference.csv: what metafor prints for every file beside it.
#
#   Rscript reference.R > reference.csv
#
# Iterations run to their last digits: with its own tolerances metafor stops some estimates of τ² at 0.0001.

suppressMessages(library(metafor))

exact <- list(threshold = 1e-12, maxiter = 20000, tol = 1e-14)
exact_glmer <- list(glmerCtrl = list(tolPwrss = 1e-13, optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9)))
quietly <- function(expression) try(suppressMessages(suppressWarnings(expression)), silent = TRUE)

show <- function(file, measure, method, test, fit, back, ...) {
  if (inherits(fit, "try-error")) return(invisible())
  on_scale <- predict(fit)
  natural <- predict(fit, transf = back, ...)
  is_glmm <- method == "glmm"
  limits <- c(NA, NA)
  if (!is_glmm && fit$k > 1) {
    limits <- confint(fit, control = list(tol = 1e-14))$random[1, 2:3]
  }
  figures <- c(fit$tau2, limits, fit$I2, if (is_glmm) c(fit$QE.Wld, fit$QEp.Wld) else c(fit$QE, fit$QEp),
    on_scale$pred, on_scale$se, on_scale$ci.lb, on_scale$ci.ub, on_scale$pi.lb, on_scale$pi.ub,
    natural$pred, natural$ci.lb, natural$ci.ub, natural$pi.lb, natural$pi.ub)
  cat(c(file, measure, method, test, fit$k, formatC(figures, digits = 10, format = "g", width = 1)), sep = ",")
  cat("\n")
}

cat(paste0("file,measure,method,test,k,tau2,tau2_low,tau2_high,i2,q,q_p,estimate,se,ci_low,ci_high,pi_low,",
  "pi_high,natural_estimate,natural_ci_low,natural_ci_high,natural_pi_low,natural_pi_high\n"))
for (file in sort(list.files(pattern = "\\.csv$"), method = "radix")) {
  if (file %in% c("reference.csv", "bcg.csv")) next
  data <- read.csv(file)
  for (method in c("reml", "dl", "pm")) for (test in c("knha", "z", "t")) {
    fitted <- function(...) quietly(rma(..., method = toupper(method), test = test, control = exact))
    if ("events" %in% names(data)) {
      show(file, "plo", method, test, fitted(measure = "PLO", xi = data$events, ni = data$total), transf.ilogit)
      show(file, "pft", method, test, fitted(measure = "PFT", xi = data$events, ni = data$total),
        transf.ipft.hm, targs = list(ni = data$total))
    } else {
      se <- (log(data$ci_high) - log(data$ci_low)) / (2 * qnorm(0.975))
      show(file, "log-ratio", method, test, fitted(log(data$estimate), sei = se), exp)
    }
  }
  if ("events" %in% names(data)) for (test in c("z", "t")) {
    fit <- quietly(rma.glmm(measure = "PLO", xi = data$events, ni = data$total, test = test, control = exact_glmer))
    show(file, "plo", "glmm", test, fit, transf.ilogit)
  }
}
