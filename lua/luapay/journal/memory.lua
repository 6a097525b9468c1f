return require "luapay.journal.old.memory"
