# make                     build for one Lua: LUA=5.4, 5.3, 5.2, 5.1 or luajit
# make install             PREFIX=/usr/local, DESTDIR, LUA; make uninstall
# make luarocks            the same by LuaRocks: LUA, ROCKS='--local'
# make demo                install what is missing, build, run the main job
# make gateway             the example gateway, to be clicked through
# make test                build for every Lua, run all specs on each;
#                          BROWSER=no leaves out what needs Chromium
# make spec                run specs on one Lua: LUA=5.1 SPEC=spec/x_spec.lua
# make fresh               make demo and make test in a bare Debian, as root
# make check               lint, all Luas with gcc and clang, the examples
# make check-asan          the specs under the address and undefined sanitizers
# make check-tsan          four threads under the thread sanitizer
# make check-valgrind      a selection of the specs under valgrind, with leaks
# make fuzz                what reads from outside: FUZZ=http (or json) SECONDS=60
# make mutants             bugs on purpose: does a spec notice each?
# make simulate            flows in a bad world: SEEDS=1000; SEED=7 FLOW=topup
# make crash               kill workers, restart, fail over: KILLS=200
# make rock                lint the rockspec; build, install and try the rock
# make rockspec            write the lists of files into the rockspec
# make bench               speed, side by side with bare libcurl and others
# make bench-deps          the others that are not needed: Go, node, ...
# make bench-plots         the same over calls at once, as SVG
# make bench-nginx         calls from nginx, side by side with proxy_pass
# make bench-journal       what a journal in SQLite costs
# make bench-batch         a million payments: COUNT=1000000
# make way                 the files that one item of a flow goes through
# make performance         all figures of the documents anew: some 30 minutes
# make bench-instructions  instructions of one call, beside those committed
# make style              whether clang-format and stylua agree
# make format             lay all files out as they would
# make deps                install every Debian package that any target needs
# make conformance         compare the endpoints with CATALOGUE=endpoints.json
# make doc                 write the reference pages and the editor's types
# make meta                the same
# make clean               remove what was built
#
# A target installs, by apt-get, only what it needs and does not find.

LUA ?= 5.4
LUAS = 5.4 5.3 5.2 5.1 luajit
SPEC ?= spec
CC = gcc
# CFLAGS, CPPFLAGS and LDFLAGS are the caller's; these must be there.
CFLAGS = -O2 -g
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow
REQUIRED = -std=c99 -fPIC
COMPILE = $(CC) $(REQUIRED) $(WARNINGS) $(CPPFLAGS) $(CFLAGS)

# One build folder for each Lua, and for each KIND of build of it.
# LUA=lua5.4 means 5.4. Somebody may say V=1, as other projects know it.
override V := $(patsubst lua%,%,$(LUA:luajit=lualuajit))
ifneq ($(filter-out $(LUAS),$(V))$(words $(V)),1)
$(error LUA=$(LUA) is none of those supported: $(LUAS))
endif
KIND =
OUT = build/$(V)$(KIND)
INTERPRETER = $(if $(filter luajit,$(V)),luajit,lua$(V))
INCLUDE = /usr/include/$(if $(filter luajit,$(V)),luajit-2.1,lua$(V))

# A C module is the sources that begin with its name (or with the names of
# its parts), those of the modules that it has inside, and its libraries;
# the core has what is left.
C_MODULES = core http curl crypto postgres sqlite
PARTS_curl = curl connection pool
INSIDE_curl = http
LIBS_core = -lm
LIBS_curl = -lcurl
LIBS_crypto = -lcrypto
LIBS_postgres = -lpq -lpthread
LIBS_sqlite = -lsqlite3 -lpthread
named = $(wildcard $(foreach n,$(or $(PARTS_$(1)),$(1)),csrc/$(n)*.c))
sources = $(if $(filter core,$(1)),$(filter-out \
  $(foreach m,$(filter-out core,$(C_MODULES)),$(call named,$(m))),\
  $(wildcard csrc/*.c)),$(call named,$(1)) \
  $(foreach m,$(INSIDE_$(1)),$(call named,$(m))))
objects = $(patsubst csrc/%.c,$(OUT)/obj/%.o,$(call sources,$(1)))
HELP_C = $(wildcard spec/support/*.c)
# Without libpq everything is built but luapay.postgres.
PQ_HEADER := $(firstword $(wildcard /usr/include/libpq-fe.h \
  /usr/include/postgresql/libpq-fe.h $(or $(PQ_INCDIR),\
  $(shell pg_config --includedir 2>/dev/null))/libpq-fe.h))
# Without SQLite's header, everything but luapay.sqlite.
SQLITE_HEADER := $(firstword $(wildcard $(addsuffix /sqlite3.h,\
  $(SQLITE_INCDIR) /usr/include /usr/local/include)))
BUILT = $(filter-out $(if $(PQ_HEADER),,postgres) \
  $(if $(SQLITE_HEADER),,sqlite),$(C_MODULES))
MODULES = $(BUILT:%=$(OUT)/luapay/%.so) $(HELP_C:%.c=$(OUT)/%.so)

# What apt-get installs, in the smallest sets that do.
lua_packages = $(if $(filter luajit,$(1)),luajit2 libluajit2-5.1-dev,\
  lua$(1) $(if $(filter 5.1,$(1)),liblua5.1-0-dev,liblua$(1)-dev))
LIB_DEBS = libc6-dev libcurl4-openssl-dev libssl-dev lua-cjson
SANDBOX_DEBS = nginx libnginx-mod-http-lua openssl
RUN_DEBS = $(LIB_DEBS) $(call lua_packages,$(V))
DEMO_DEBS = $(RUN_DEBS) $(SANDBOX_DEBS)
ALL_LUA_DEBS = $(LIB_DEBS) libpq-dev libsqlite3-dev \
               $(foreach v,$(LUAS),$(call lua_packages,$(v)))
JOURNAL_DEBS = libsqlite3-dev libpq-dev
QR_DEBS = lua-zlib
# luapay doctor looks for a bundle of CAs.
COMMAND_DEBS = lua-argparse ca-certificates
LOOP_DEBS = lua-luv lua-cqueues
# Drives the gateway's pages. BROWSER=no does without.
BROWSER_DEBS = $(if $(filter no,$(BROWSER)),,chromium chromium-driver)
export BROWSER
TEST_DEBS = $(ALL_LUA_DEBS) $(SANDBOX_DEBS) $(JOURNAL_DEBS) postgresql \
            pgbouncer $(COMMAND_DEBS) $(QR_DEBS) $(LOOP_DEBS) lua-busted \
            lua-socket lua-sec curl $(BROWSER_DEBS)
LINT_DEBS = $(ALL_LUA_DEBS) lua-check clang
BENCH_DEBS = $(RUN_DEBS) nginx openssl lua-socket lua-sec
BENCH_NGINX_DEBS = $(RUN_DEBS) $(JOURNAL_DEBS) postgresql \
                   $(call lua_packages,luajit) $(SANDBOX_DEBS) lua-socket wrk
INSTALL = .ci/install

# What other programs say is read, in specs too: in English. What a user's
# shell says about Lua is not for this.
export LC_ALL = C.UTF-8
unexport LUA_INIT LUA_INIT_5_2 LUA_INIT_5_3 LUA_INIT_5_4 LUA_PATH_5_2 \
  LUA_PATH_5_3 LUA_PATH_5_4 LUA_CPATH_5_2 LUA_CPATH_5_3 LUA_CPATH_5_4
RUN = LUA_PATH='lua/?.lua;lua/?/init.lua;;' LUA_CPATH='$(OUT)/?.so;;'
BUSTED = $(INTERPRETER) /usr/bin/busted --lpath='lua/?.lua;lua/?/init.lua' \
         --cpath='$(OUT)/?.so'

# No target is a file: not those in the list at the top, nor these.
.PHONY: $(shell sed -n 's/^. make \([a-z][a-z-]*\) .*/\1/p' Makefile) \
        all modules uninstall build-all lint style formatters warnings \
        examples bench-programs always

# Only one make at a time writes to a build folder.
all:
	@$(INSTALL) $(RUN_DEBS)
	@mkdir -p $(OUT)
	@flock $(OUT)/.lock $(MAKE) --no-print-directory modules

# Said to a person, not to another target, nor to make -s.
ifneq ($(filter 0 0all,$(MAKELEVEL)$(MAKECMDGOALS)),)
ifeq ($(findstring s,$(firstword -$(MAKEFLAGS))),)
	@echo "Try it here: $(RUN) $(INTERPRETER) examples/topup.lua"
	@echo "Install it:  make install LUA=$(V)" \
	  "(PREFIX=$(PREFIX); make uninstall takes it back)"
endif
endif

modules: $(MODULES)
	@$(if $(PQ_HEADER),:,echo "No libpq-fe.h (Debian: libpq-dev, or make \
	  PQ_INCDIR=...): built without luapay.postgres" >&2)
	@$(if $(SQLITE_HEADER),:,echo "No sqlite3.h (Debian: libsqlite3-dev, or \
	  make SQLITE_INCDIR=...): built without luapay.sqlite" >&2)

# LuaJIT looks for modules where Lua 5.1 does.
PREFIX ?= /usr/local
LUA_DIR = $(DESTDIR)$(PREFIX)/share/lua/$(V:luajit=5.1)
LIB_DIR = $(DESTDIR)$(PREFIX)/lib/lua/$(V:luajit=5.1)
BIN_DIR = $(DESTDIR)$(PREFIX)/bin
# The manual page and the completions, and what writes them.
PAGES = man/man1/luapay.1 bash-completion/completions/luapay \
        zsh/site-functions/_luapay
WRITE_PAGES = local command = require "luapay.command"; \
  local root = command.definition(); \
  local texts = { \
    require("luapay.command.manual").page(root, command.VERSION), \
    require("luapay.command.completion").of(root, "bash"), \
    require("luapay.command.completion").of(root, "zsh") }; \
  for i, path in ipairs(arg) do \
    local file = assert(io.open(path, "w")); \
    assert(file:write(texts[i])); file:close() \
  end
quoted = '$(subst ','\'',$(1))'

install: all uninstall
	@for file in $$(find lua/luapay -name '*.lua'); do \
	  install -D -m 644 $$file $(call quoted,$(LUA_DIR))/$${file#lua/} || \
	  exit 1; done
	@for module in $(BUILT); do \
	  install -D -m 755 -t $(call quoted,$(LIB_DIR)/luapay) \
	  $(OUT)/luapay/$$module.so || exit 1; done
	@install -d -m 755 $(call quoted,$(BIN_DIR))
	@sed '1s/lua5.4/$(INTERPRETER)/' bin/luapay >$(OUT)/command
	@install -m 755 $(OUT)/command $(call quoted,$(BIN_DIR)/luapay)
	@mkdir -p $(dir $(PAGES:%=$(OUT)/share/%))
	@echo '$(WRITE_PAGES)' >$(OUT)/write_pages.lua
	@$(RUN) $(INTERPRETER) $(OUT)/write_pages.lua $(PAGES:%=$(OUT)/share/%)
	@for page in $(PAGES); do \
	  install -D -m 644 $(OUT)/share/$$page \
	  $(call quoted,$(DESTDIR)$(PREFIX))/share/$$page || exit 1; done
	@$(INTERPRETER) -e 'require "argparse"' 2>/dev/null || \
	  echo "The command luapay needs argparse (Debian: lua-argparse)" >&2
	@echo $(call quoted,luapay is in $(LUA_DIR) and $(LIB_DIR))

# LuaRocks builds beside the sources: so, in a copy of them.
luarocks:
	@$(INSTALL) $(RUN_DEBS) libpq-dev libsqlite3-dev luarocks
	@work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && \
	tar -cf - LICENSE bin csrc lua luapay-scm-1.rockspec | \
	  tar -xf - -C "$$work" && cd "$$work" && \
	luarocks --lua-version $(V:luajit=5.1) make $(ROCKS)

uninstall:
	@rm -rf $(call quoted,$(LUA_DIR)/luapay) $(call quoted,$(LIB_DIR)/luapay)
	@if head -n 1 $(call quoted,$(BIN_DIR)/luapay) 2>/dev/null | \
	  grep -q ' $(INTERPRETER)$$'; then \
	  rm -f $(call quoted,$(BIN_DIR)/luapay); \
	  for page in $(PAGES); do \
	  rm -f $(call quoted,$(DESTDIR)$(PREFIX))/share/$$page; done; fi

# What the rest is built with: built again when that has changed.
$(OUT)/built_with: always
	@mkdir -p $(@D)
	@now=$$($(CC) -dumpmachine; $(CC) --version; \
	  printf '%s\n' $(call quoted,$(COMPILE) $(LDFLAGS))); \
	[ "$$now" = "$$(cat $@ 2>/dev/null)" ] || printf '%s\n' "$$now" >$@

$(OUT)/obj/postgres%.o: INCLUDE += -I$(dir $(PQ_HEADER))
$(OUT)/obj/sqlite%.o: INCLUDE += $(addprefix -I,$(SQLITE_INCDIR))

$(OUT)/obj/%.o: csrc/%.c $(OUT)/built_with
	@mkdir -p $(@D)
	$(COMPILE) -I$(INCLUDE) -MMD -MP -c -o $@ $<

.SECONDARY: # keeps the objects
.SECONDEXPANSION:
$(OUT)/luapay/%.so: $$(call objects,$$*)
	@mkdir -p $(@D)
	$(COMPILE) -shared $(LDFLAGS) -o $@ $^ $(LIBS_$*)

$(OUT)/spec/support/%.so: spec/support/%.c $(OUT)/built_with
	@mkdir -p $(@D)
	$(COMPILE) -shared $(LDFLAGS) -I$(INCLUDE) -Icsrc -MMD -MP -o $@ $<

-include $(wildcard $(OUT)/obj/*.d $(OUT)/spec/support/*.d)

demo:
	@$(INSTALL) $(DEMO_DEBS)
	@$(MAKE) --no-print-directory -s all
	@$(RUN) $(INTERPRETER) examples/demo.lua

gateway:
	@$(INSTALL) $(DEMO_DEBS) $(JOURNAL_DEBS) \
	  $(call lua_packages,luajit)
	@$(MAKE) --no-print-directory -s all
	@$(MAKE) --no-print-directory -s LUA=luajit all
	@$(RUN) $(INTERPRETER) examples/gateway/start.lua

build-all:
	@for v in $(LUAS); do \
	  $(MAKE) --no-print-directory -s LUA=$$v all || exit 1; done

test:
	@$(INSTALL) $(TEST_DEBS)
	@$(MAKE) --no-print-directory build-all
	@.ci/specs $(LUAS)

fresh:
	@.ci/fresh

spec:
	@$(INSTALL) $(TEST_DEBS)
	@$(MAKE) --no-print-directory -s all
	@$(MAKE) --no-print-directory -s LUA=luajit all
	$(RUN) $(BUSTED) $(SPEC)

check: style lint warnings examples

lint:
	@$(INSTALL) $(LINT_DEBS)
	luacheck --quiet $(LUA_FILES) luapay-scm-1.rockspec

LUA_FILES = lua bin/luapay spec examples bench doc .ci
C_FILES = $(wildcard csrc/*.[ch] spec/support/*.[ch] spec/fuzz/*.[ch] \
                     spec/threads/*.[ch] \
                     bench/*.[ch] bench/peers/*.[ch])
STYLUA = build/tools/node_modules/.bin/stylua

$(STYLUA):
	@mkdir -p build/tools
	npm install --silent --no-audit --no-fund --prefix build/tools \
	  @johnnymorganz/stylua-bin@2.5.2

formatters:
	@$(INSTALL) clang-format $(if $(shell command -v npm),,npm)
	@$(MAKE) --no-print-directory -s $(STYLUA)

style: formatters
	$(STYLUA) --check $(LUA_FILES)
	clang-format --dry-run -Werror $(C_FILES)

format: formatters
	$(STYLUA) $(LUA_FILES)
	clang-format -i $(C_FILES)

# No warning from either compiler, with the headers of any Lua.
warnings:
	@$(INSTALL) $(LINT_DEBS)
	@for cc in gcc clang; do for v in $(LUAS); do \
	  echo "$$cc, Lua $$v"; \
	  $(MAKE) --no-print-directory -s LUA=$$v KIND=-$$cc CC=$$cc \
	    CFLAGS='$(CFLAGS) -Werror' all || exit 1; done; done
	$(COMPILE) -Werror -fsyntax-only bench/*.c bench/peers/*.c
	@echo "gcc, Lua $(V), as a packager may build"
	@$(MAKE) --no-print-directory -s KIND=-flags \
	  CFLAGS='-O3 -flto=auto -Werror' all

examples:
	@$(INSTALL) $(DEMO_DEBS) $(JOURNAL_DEBS) $(QR_DEBS) $(LOOP_DEBS)
	@$(MAKE) --no-print-directory -s all
	@for f in examples/*.lua; do echo "$$f"; \
	  $(RUN) $(INTERPRETER) $$f >build/example.log 2>&1 || \
	  { cat build/example.log; exit 1; }; done

SANITIZE = -fsanitize=address,undefined -fno-omit-frame-pointer
ASAN = build/$(V)-asan
# Not what only runs other programs (a browser, make, workers that are
# killed), or only reads files.
ASAN_SPEC ?= $(filter-out spec/crash spec/gateway spec/make_spec.lua \
  spec/project_spec.lua,\
  $(patsubst %/,%,$(dir $(wildcard spec/*/*_spec.lua))) \
  $(wildcard spec/*_spec.lua))

check-asan:
	@$(INSTALL) $(TEST_DEBS)
	@$(MAKE) --no-print-directory -s KIND=-asan \
	  CFLAGS='$(CFLAGS) -O1 $(SANITIZE)' all
	@$(MAKE) --no-print-directory -s all
	@$(MAKE) --no-print-directory -s LUA=luajit all
	@$(MAKE) --no-print-directory -s $(ASAN)/bin/$(INTERPRETER)
	@SPEC='$(sort $(ASAN_SPEC))' PARTS=2 .ci/specs $(V)-asan

# An interpreter with the sanitizers loaded first. Not by LD_PRELOAD, which
# the programs that a spec starts would have as well: psql, for one, hangs.
$(ASAN)/bin/$(INTERPRETER): always
	@mkdir -p $(@D)
	@lua=$$(command -v $(INTERPRETER)) && \
	ld=$$(ldd $$lua | grep -o '/[^ ]*/ld-[^ ]*') && \
	printf '#!/bin/sh\nexec %s --argv0 "$$0" --preload "%s %s" %s "$$@"\n' \
	  $$ld $$($(CC) -print-file-name=libasan.so) \
	  $$($(CC) -print-file-name=libubsan.so) $$lua >$@
	@chmod +x $@

# In one program with its C modules: the sanitizer must be the first to run.
TSAN_DEBS = $(LIB_DEBS) $(call lua_packages,5.4) $(JOURNAL_DEBS) postgresql \
            openssl lua-socket lua-sec
TSAN_FLAGS = -std=c99 -O1 -g -fsanitize=thread -Icsrc -I/usr/include/lua5.4 \
             -I$(dir $(PQ_HEADER)) $(WARNINGS)

check-tsan:
	@$(INSTALL) $(TSAN_DEBS)
	@$(MAKE) --no-print-directory -s LUA=5.4 all
	@$(MAKE) --no-print-directory -s build/threads
	@$(RUN) lua5.4 spec/threads/run.lua build/threads

build/threads: always
	@$(CC) $(TSAN_FLAGS) -o $@ spec/threads/threads.c csrc/*.c \
	  -llua5.4 $(foreach m,$(C_MODULES),$(LIBS_$(m)))

# A forked child leaves its parent's connections alone, which looks like a
# leak: so leaks are looked for in the log, where the child is silent.
VALGRIND = valgrind --quiet --error-exitcode=99 --leak-check=full \
           --errors-for-leak-kinds=none --show-leak-kinds=definite \
           --keep-debuginfo=yes --child-silent-after-fork=yes \
           --log-file=$(OUT)/valgrind.log
# Not what has short time-outs, or only reads files.
VALGRIND_SPEC ?= $(filter-out spec/make_spec.lua spec/project_spec.lua,\
  $(wildcard spec/core spec/transport spec/*_spec.lua))

check-valgrind:
	@$(INSTALL) $(TEST_DEBS) valgrind
	@$(MAKE) --no-print-directory -s all
	@$(MAKE) --no-print-directory -s LUA=luajit all
	@status=0; $(RUN) $(VALGRIND) $(BUSTED) --output=plainTerminal \
	  $(VALGRIND_SPEC) || status=1; \
	[ ! -s $(OUT)/valgrind.log ] || { cat $(OUT)/valgrind.log; status=1; }; \
	exit $$status

# spec/fuzz/NAME.c, with the sources that it fuzzes. What is found on the
# way stays in build/; what is worth keeping is copied to the corpus.
FUZZ ?= http
SECONDS ?= 60
FUZZ_C_http = csrc/http.c
FUZZ_C_json = $(call sources,core)
FUZZ_LIBS_json = -llua5.4 -lm
FUZZ_FLAGS = -std=c99 -O1 -g -Icsrc -I/usr/include/lua5.4 $(WARNINGS) -fno-omit-frame-pointer \
             -fsanitize=fuzzer,address,undefined \
             -fno-sanitize-recover=undefined
FUZZ_OUT = build/fuzz/$(FUZZ)

fuzz:
	@$(INSTALL) clang libclang-rt-14-dev $(call lua_packages,5.4)
	@mkdir -p $(FUZZ_OUT)/corpus
	@clang $(FUZZ_FLAGS) -o $(FUZZ_OUT)/fuzz spec/fuzz/$(FUZZ).c \
	  $(FUZZ_C_$(FUZZ)) $(FUZZ_LIBS_$(FUZZ))
	@nice $(FUZZ_OUT)/fuzz -max_total_time=$(SECONDS) -max_len=70000 \
	  -len_control=200 -rss_limit_mb=512 -verbosity=1 -print_final_stats=1 \
	  -artifact_prefix=$(FUZZ_OUT)/ \
	  $(if $(wildcard spec/fuzz/$(FUZZ).dict),-dict=spec/fuzz/$(FUZZ).dict) \
	  $(FUZZ_OUT)/corpus spec/fuzz/corpus/$(FUZZ)

rock:
	@$(INSTALL) $(ALL_LUA_DEBS) $(COMMAND_DEBS) luarocks
	@.ci/rock 5.4 5.1

# make crash SCENARIO=fail_over: or sqlite, postgres, restarts, asynchronous
KILLS ?= 200
export KILLS SCENARIO

crash:
	@$(INSTALL) $(RUN_DEBS) $(JOURNAL_DEBS) postgresql lua-socket
	@$(MAKE) --no-print-directory -s all
	@$(RUN) $(INTERPRETER) spec/crash/crash.lua

SEEDS ?= 1000
export SEEDS SEED FLOW STORE JOBS

simulate:
	@$(INSTALL) $(RUN_DEBS) $(JOURNAL_DEBS) postgresql
	@$(MAKE) --no-print-directory -s all
	@$(RUN) $(INTERPRETER) spec/simulation/run.lua

# make mutants TENTH=commit: a tenth; ONLY=journal: those of these files
export TENTH ONLY

mutants:
	@$(INSTALL) $(TEST_DEBS)
	@for v in 5.4 5.1 luajit; do \
	  $(MAKE) --no-print-directory -s LUA=$$v all || exit 1; done
	@$(RUN) lua5.4 spec/mutants/run.lua

rockspec:
	@$(INSTALL) $(RUN_DEBS)
	@$(INTERPRETER) .ci/rockspec.lua

# With WRITE=1 what these print is written into the documents.
RECORD = bench/record
export WRITE ROUNDS

bench-programs:
	@$(INSTALL) $(BENCH_DEBS)
	@$(MAKE) --no-print-directory -s all
	@mkdir -p build/bench
	@$(COMPILE) -o build/bench/libcurl bench/peers/libcurl.c -lcurl
	@$(COMPILE) -o build/bench/connections bench/connections.c \
	  csrc/connection.c -lcurl -lpthread

# Only for comparison: nothing of ours needs them.
bench-deps:
	@$(INSTALL) golang-go lua-http python3-requests \
	  $(call lua_packages,luajit) $(if $(shell command -v npm),,npm)
	@mkdir -p build/bench build/tools
	go build -o build/bench/net_http bench/peers/net_http.go
	npm install --silent --no-audit --no-fund --prefix build/tools undici@6

bench: bench-programs
	@$(RUN) $(RECORD) bench bench/serve $(INTERPRETER) bench/compare.lua

bench-plots: bench-programs bench-deps
	@mkdir -p doc/performance
	@$(RUN) $(RECORD) bench-plots bench/serve $(INTERPRETER) bench/plots.lua

bench-nginx:
	@$(INSTALL) $(BENCH_NGINX_DEBS)
	@$(MAKE) --no-print-directory -s all
	@$(MAKE) --no-print-directory -s LUA=luajit all
	@mkdir -p build/bench
	@$(COMPILE) -o build/bench/slow bench/slow.c
	@$(COMPILE) -shared -o build/bench/slow_sync.so spec/support/slow_sync.c
	@$(RUN) $(RECORD) bench-nginx bench/nginx_serve \
	  $(INTERPRETER) bench/nginx.lua

bench-journal: bench-programs
	@$(INSTALL) $(JOURNAL_DEBS) libnginx-mod-http-lua
	@$(RUN) bench/serve $(INTERPRETER) bench/journal.lua

bench-batch:
	@$(INSTALL) $(DEMO_DEBS) $(JOURNAL_DEBS)
	@$(MAKE) --no-print-directory -s all
	@$(RUN) $(INTERPRETER) bench/batch.lua

way:
	@$(MAKE) --no-print-directory -s all
	@$(RUN) $(INTERPRETER) bench/way.lua

bench-instructions: bench-programs
	@$(INSTALL) valgrind $(call lua_packages,luajit)
	@$(MAKE) --no-print-directory -s LUA=luajit all
	@$(RUN) $(RECORD) bench-instructions bench/serve \
	  $(INTERPRETER) bench/instructions.lua

# All figures of doc/performance.md and the README anew: some 30 minutes on a
# machine that nobody else uses.
performance: export WRITE = 1
performance: bench-deps
	@for target in bench bench-instructions bench-nginx bench-plots; do \
	  $(MAKE) --no-print-directory -s $$target || exit 1; done

deps:
	@$(INSTALL) $(TEST_DEBS) $(LINT_DEBS) $(BENCH_DEBS) $(BENCH_NGINX_DEBS) valgrind luarocks

# What LuaRocks leaves beside the sources, too.
clean:
	rm -rf build luapay csrc/*.o

conformance:
	@$(INSTALL) $(RUN_DEBS)
	@$(MAKE) --no-print-directory -s all
	@$(RUN) $(INTERPRETER) spec/conformance.lua $(CATALOGUE)

# A spec fails when what is written is not what the tables say.
doc meta:
	@$(INSTALL) $(RUN_DEBS)
	@$(MAKE) --no-print-directory -s all
	@$(RUN) $(INTERPRETER) -e 'dofile("doc/generate.lua").write()'
