;;; ai8x-lint.el --- Networks of the MAX78000 and MAX78002 in Eglot  -*- lexical-binding: t -*-

;; Load this file, then M-x eglot in a network file; to have it always:
;;   (add-hook 'yaml-mode-hook #'eglot-ensure)

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               '((yaml-mode yaml-ts-mode) . ("ai8x-lint" "server"))))

(provide 'ai8x-lint)
;;; ai8x-lint.el ends here
