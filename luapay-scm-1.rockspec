rockspec_format = "3.0"
package = "luapay"
version = "scm-1"
source = {
  url = "git+https://github.com/luapay/luapay.git",
}
description = {
  summary = "Moves money through payment APIs, and knows what happened",
  detailed = [[
A client of payment APIs. Arguments are checked before anything is sent,
money is exact, no request is sent twice, and every failure says whether
nothing was done or money may have moved.]],
  homepage = "https://github.com/luapay/luapay",
  license = "MIT",
}
dependencies = {
  "lua >= 5.1",
  "lua-cjson >= 2.1",
  "argparse >= 0.7", -- for the command only
}
external_dependencies = {
  LIBCURL = { library = "curl" },
  LIBCRYPTO = { library = "crypto" },
  LIBPQ = { library = "pq" },
  LIBSQLITE3 = { library = "sqlite3" },
}
test_dependencies = {
  "busted >= 2.0",
}
test = {
  type = "busted",
}
build = {
  type = "builtin",
  install = {
    bin = { luapay = "bin/luapay" },
  },
  modules = {
    -- the core: needs only Lua
    ["luapay.core"] = {
      sources = {
        "csrc/answer.c",
        "csrc/api.c",
        "csrc/api_infobip.c",
        "csrc/api_mobilepay_online.c",
        "csrc/api_mobilepay_subscriptions.c",
        "csrc/api_mobip.c",
        "csrc/arguments.c",
        "csrc/core.c",
        "csrc/currency.c",
        "csrc/describe.c",
        "csrc/json.c",
        "csrc/money.c",
        "csrc/request.c",
        "csrc/system.c",
        "csrc/text.c",
        "csrc/value.c",
      },
      libraries = { "m" },
    },
    -- HTTP for the transports: needs only Lua
    ["luapay.http"] = {
      sources = {
        "csrc/http.c",
        "csrc/http_lua.c",
      },
    },
    -- the transport for scripts: needs libcurl
    ["luapay.curl"] = {
      sources = {
        "csrc/connection.c",
        "csrc/curl.c",
        "csrc/http.c",
        "csrc/http_lua.c",
        "csrc/pool.c",
      },
      libraries = { "curl" },
      incdirs = { "$(LIBCURL_INCDIR)" },
      libdirs = { "$(LIBCURL_LIBDIR)" },
    },
    -- keys and signatures: needs libcrypto
    ["luapay.crypto"] = {
      sources = {
        "csrc/crypto.c",
        "csrc/crypto_base64.c",
        "csrc/crypto_key.c",
        "csrc/crypto_make.c",
        "csrc/crypto_rsa.c",
        "csrc/crypto_secret.c",
      },
      libraries = { "crypto" },
      incdirs = { "$(LIBCRYPTO_INCDIR)" },
      libdirs = { "$(LIBCRYPTO_LIBDIR)" },
    },
    -- the journal in PostgreSQL: needs libpq 14 or later
    ["luapay.postgres"] = {
      sources = {
        "csrc/postgres.c",
        "csrc/postgres_open.c",
        "csrc/postgres_rows.c",
        "csrc/postgres_run.c",
        "csrc/postgres_thread.c",
      },
      libraries = { "pq", "pthread" },
      incdirs = { "$(LIBPQ_INCDIR)" },
      libdirs = { "$(LIBPQ_LIBDIR)" },
    },
    -- the journal in a file: needs SQLite
    ["luapay.sqlite"] = {
      sources = {
        "csrc/sqlite.c",
        "csrc/sqlite_run.c",
      },
      libraries = { "sqlite3", "pthread" },
      incdirs = { "$(LIBSQLITE3_INCDIR)" },
      libdirs = { "$(LIBSQLITE3_LIBDIR)" },
    },
    ["luapay.auth.infobip"] = "lua/luapay/auth/infobip.lua",
    ["luapay.auth.mobilepay_online"] = "lua/luapay/auth/mobilepay_online.lua",
    ["luapay.auth.mobilepay_subscriptions"] =
      "lua/luapay/auth/mobilepay_subscriptions.lua",
    ["luapay.auth.mobip.ask"] = "lua/luapay/auth/mobip/ask.lua",
    ["luapay.auth.mobip"] = "lua/luapay/auth/mobip/init.lua",
    ["luapay.auth.mobip.kept"] = "lua/luapay/auth/mobip/kept.lua",
    ["luapay.auth.mobip.token"] = "lua/luapay/auth/mobip/token.lua",
    ["luapay.auth.oidc.claims"] = "lua/luapay/auth/oidc/claims.lua",
    ["luapay.auth.oidc.exchange"] = "lua/luapay/auth/oidc/exchange.lua",
    ["luapay.auth.oidc.http"] = "lua/luapay/auth/oidc/http.lua",
    ["luapay.auth.oidc.id_token"] = "lua/luapay/auth/oidc/id_token.lua",
    ["luapay.auth.oidc"] = "lua/luapay/auth/oidc/init.lua",
    ["luapay.auth.oidc.jwt"] = "lua/luapay/auth/oidc/jwt.lua",
    ["luapay.auth.oidc.metadata"] = "lua/luapay/auth/oidc/metadata.lua",
    ["luapay.auth.oidc.renewal"] = "lua/luapay/auth/oidc/renewal.lua",
    ["luapay.auth.oidc.shared"] = "lua/luapay/auth/oidc/shared.lua",
    ["luapay.auth.session.gate"] = "lua/luapay/auth/session/gate.lua",
    ["luapay.auth.session.share"] = "lua/luapay/auth/session/share.lua",
    ["luapay.auth.session.shared"] = "lua/luapay/auth/session/shared.lua",
    ["luapay.call"] = "lua/luapay/call.lua",
    ["luapay.callback.body"] = "lua/luapay/callback/body.lua",
    ["luapay.callback.card"] = "lua/luapay/callback/card.lua",
    ["luapay.callback.certificate"] = "lua/luapay/callback/certificate.lua",
    ["luapay.callback.codes"] = "lua/luapay/callback/codes.lua",
    ["luapay.callback.credentials"] = "lua/luapay/callback/credentials.lua",
    ["luapay.callback.door"] = "lua/luapay/callback/door.lua",
    ["luapay.callback.event"] = "lua/luapay/callback/event.lua",
    ["luapay.callback.hidden"] = "lua/luapay/callback/hidden.lua",
    ["luapay.callback.infobip"] = "lua/luapay/callback/infobip.lua",
    ["luapay.callback"] = "lua/luapay/callback/init.lua",
    ["luapay.callback.make.cards"] = "lua/luapay/callback/make/cards.lua",
    ["luapay.callback.make.fill"] = "lua/luapay/callback/make/fill.lua",
    ["luapay.callback.make"] = "lua/luapay/callback/make/init.lua",
    ["luapay.callback.make.online"] = "lua/luapay/callback/make/online.lua",
    ["luapay.callback.make.query"] = "lua/luapay/callback/make/query.lua",
    ["luapay.callback.make.subscriptions"] =
      "lua/luapay/callback/make/subscriptions.lua",
    ["luapay.callback.mobilepay_online"] =
      "lua/luapay/callback/mobilepay_online.lua",
    ["luapay.callback.mobilepay_subscriptions"] =
      "lua/luapay/callback/mobilepay_subscriptions.lua",
    ["luapay.callback.mobip"] = "lua/luapay/callback/mobip.lua",
    ["luapay.callback.nginx"] = "lua/luapay/callback/nginx.lua",
    ["luapay.callback.once"] = "lua/luapay/callback/once.lua",
    ["luapay.callback.online_events"] =
      "lua/luapay/callback/online_events.lua",
    ["luapay.callback.online_members"] =
      "lua/luapay/callback/online_members.lua",
    ["luapay.callback.receiver"] = "lua/luapay/callback/receiver.lua",
    ["luapay.callback.request"] = "lua/luapay/callback/request.lua",
    ["luapay.callback.seen.dict"] = "lua/luapay/callback/seen/dict.lua",
    ["luapay.callback.seen"] = "lua/luapay/callback/seen/init.lua",
    ["luapay.callback.seen.journal"] = "lua/luapay/callback/seen/journal.lua",
    ["luapay.callback.seen.memory"] = "lua/luapay/callback/seen/memory.lua",
    ["luapay.callback.states"] = "lua/luapay/callback/states.lua",
    ["luapay.callback.subscriptions_events"] =
      "lua/luapay/callback/subscriptions_events.lua",
    ["luapay.callback.token"] = "lua/luapay/callback/token.lua",
    ["luapay.client"] = "lua/luapay/client.lua",
    ["luapay.command.apis"] = "lua/luapay/command/apis.lua",
    ["luapay.command.call"] = "lua/luapay/command/call.lua",
    ["luapay.command.callbacks"] = "lua/luapay/command/callbacks.lua",
    ["luapay.command.clients"] = "lua/luapay/command/clients.lua",
    ["luapay.command.completion"] = "lua/luapay/command/completion.lua",
    ["luapay.command.config"] = "lua/luapay/command/config.lua",
    ["luapay.command.doctor"] = "lua/luapay/command/doctor.lua",
    ["luapay.command.files.csv"] = "lua/luapay/command/files/csv.lua",
    ["luapay.command.files"] = "lua/luapay/command/files/init.lua",
    ["luapay.command.files.kinds"] = "lua/luapay/command/files/kinds.lua",
    ["luapay.command.files.progress"] =
      "lua/luapay/command/files/progress.lua",
    ["luapay.command.files.rows"] = "lua/luapay/command/files/rows.lua",
    ["luapay.command"] = "lua/luapay/command/init.lua",
    ["luapay.command.journal.find"] = "lua/luapay/command/journal/find.lua",
    ["luapay.command.journal"] = "lua/luapay/command/journal/init.lua",
    ["luapay.command.journal.person"] =
      "lua/luapay/command/journal/person.lua",
    ["luapay.command.journal.report"] =
      "lua/luapay/command/journal/report.lua",
    ["luapay.command.journal.work"] = "lua/luapay/command/journal/work.lua",
    ["luapay.command.json"] = "lua/luapay/command/json.lua",
    ["luapay.command.ledger"] = "lua/luapay/command/ledger.lua",
    ["luapay.command.listen"] = "lua/luapay/command/listen.lua",
    ["luapay.command.manual"] = "lua/luapay/command/manual.lua",
    ["luapay.command.parser"] = "lua/luapay/command/parser.lua",
    ["luapay.command.sandbox"] = "lua/luapay/command/sandbox.lua",
    ["luapay.command.server"] = "lua/luapay/command/server.lua",
    ["luapay.command.shell"] = "lua/luapay/command/shell.lua",
    ["luapay.command.trigger"] = "lua/luapay/command/trigger.lua",
    ["luapay.command.words"] = "lua/luapay/command/words.lua",
    ["luapay.decimal"] = "lua/luapay/decimal.lua",
    ["luapay.dress"] = "lua/luapay/dress.lua",
    ["luapay.exchange"] = "lua/luapay/exchange.lua",
    ["luapay.fault"] = "lua/luapay/fault.lua",
    ["luapay.flow.agreement"] = "lua/luapay/flow/agreement.lua",
    ["luapay.flow.invoices"] = "lua/luapay/flow/invoices/init.lua",
    ["luapay.flow.invoices.portion"] = "lua/luapay/flow/invoices/portion.lua",
    ["luapay.flow.invoices.read"] = "lua/luapay/flow/invoices/read.lua",
    ["luapay.flow.kit.act"] = "lua/luapay/flow/kit/act.lua",
    ["luapay.flow.kit.event"] = "lua/luapay/flow/kit/event.lua",
    ["luapay.flow.kit"] = "lua/luapay/flow/kit/init.lua",
    ["luapay.flow.kit.items"] = "lua/luapay/flow/kit/items.lua",
    ["luapay.flow.kit.money"] = "lua/luapay/flow/kit/money.lua",
    ["luapay.flow.kit.person"] = "lua/luapay/flow/kit/person.lua",
    ["luapay.flow.kit.report"] = "lua/luapay/flow/kit/report.lua",
    ["luapay.flow.kit.settle"] = "lua/luapay/flow/kit/settle.lua",
    ["luapay.flow.kit.step"] = "lua/luapay/flow/kit/step.lua",
    ["luapay.flow.kit.wait"] = "lua/luapay/flow/kit/wait.lua",
    ["luapay.flow.one_off"] = "lua/luapay/flow/one_off.lua",
    ["luapay.flow.online.acquirer"] = "lua/luapay/flow/online/acquirer.lua",
    ["luapay.flow.online.attempt"] = "lua/luapay/flow/online/attempt.lua",
    ["luapay.flow.online.part"] = "lua/luapay/flow/online/part.lua",
    ["luapay.flow.online.payment"] = "lua/luapay/flow/online/payment.lua",
    ["luapay.flow.online_payment"] = "lua/luapay/flow/online_payment.lua",
    ["luapay.flow.payment_link"] = "lua/luapay/flow/payment_link.lua",
    ["luapay.flow.queue"] = "lua/luapay/flow/queue.lua",
    ["luapay.flow.recurring"] = "lua/luapay/flow/recurring.lua",
    ["luapay.flow.refunds"] = "lua/luapay/flow/refunds.lua",
    ["luapay.flow.subscription_batch.day"] =
      "lua/luapay/flow/subscription_batch/day.lua",
    ["luapay.flow.subscription_batch"] =
      "lua/luapay/flow/subscription_batch/init.lua",
    ["luapay.flow.subscriptions"] = "lua/luapay/flow/subscriptions.lua",
    ["luapay.flow.topup"] = "lua/luapay/flow/topup.lua",
    ["luapay.guard"] = "lua/luapay/guard.lua",
    ["luapay.header"] = "lua/luapay/header.lua",
    ["luapay.help"] = "lua/luapay/help.lua",
    ["luapay.help.kinds"] = "lua/luapay/help/kinds.lua",
    ["luapay.help.outline"] = "lua/luapay/help/outline.lua",
    ["luapay.help.words"] = "lua/luapay/help/words.lua",
    ["luapay.hooks"] = "lua/luapay/hooks.lua",
    ["luapay.idempotency"] = "lua/luapay/idempotency.lua",
    ["luapay"] = "lua/luapay/init.lua",
    ["luapay.inner"] = "lua/luapay/inner.lua",
    ["luapay.journal.book"] = "lua/luapay/journal/book.lua",
    ["luapay.journal.clock"] = "lua/luapay/journal/clock.lua",
    ["luapay.journal.commit"] = "lua/luapay/journal/commit.lua",
    ["luapay.journal.entry"] = "lua/luapay/journal/entry.lua",
    ["luapay.journal.fingerprint"] = "lua/luapay/journal/fingerprint.lua",
    ["luapay.journal"] = "lua/luapay/journal/init.lua",
    ["luapay.journal.item"] = "lua/luapay/journal/item.lua",
    ["luapay.journal.keys"] = "lua/luapay/journal/keys.lua",
    ["luapay.journal.read"] = "lua/luapay/journal/read.lua",
    ["luapay.journal.store.memory"] = "lua/luapay/journal/store/memory.lua",
    ["luapay.journal.store.sql.dialect"] =
      "lua/luapay/journal/store/sql/dialect.lua",
    ["luapay.journal.store.sql"] = "lua/luapay/journal/store/sql/init.lua",
    ["luapay.journal.store.sql.postgres"] =
      "lua/luapay/journal/store/sql/postgres.lua",
    ["luapay.journal.store.sql.rows"] =
      "lua/luapay/journal/store/sql/rows.lua",
    ["luapay.journal.store.sql.schema"] =
      "lua/luapay/journal/store/sql/schema.lua",
    ["luapay.journal.store.sql.sqlite"] =
      "lua/luapay/journal/store/sql/sqlite.lua",
    ["luapay.journal.store.sql.transaction"] =
      "lua/luapay/journal/store/sql/transaction.lua",
    ["luapay.journal.work"] = "lua/luapay/journal/work.lua",
    ["luapay.json"] = "lua/luapay/json.lua",
    ["luapay.mobip.picture"] = "lua/luapay/mobip/picture.lua",
    ["luapay.mobip.pixels"] = "lua/luapay/mobip/pixels.lua",
    ["luapay.mobip.png"] = "lua/luapay/mobip/png.lua",
    ["luapay.mobip.qr"] = "lua/luapay/mobip/qr.lua",
    ["luapay.mobip.status"] = "lua/luapay/mobip/status.lua",
    ["luapay.options"] = "lua/luapay/options.lua",
    ["luapay.page"] = "lua/luapay/page.lua",
    ["luapay.random"] = "lua/luapay/random.lua",
    ["luapay.raw"] = "lua/luapay/raw.lua",
    ["luapay.retry"] = "lua/luapay/retry.lua",
    ["luapay.row"] = "lua/luapay/row.lua",
    ["luapay.sandbox.body"] = "lua/luapay/sandbox/body.lua",
    ["luapay.sandbox.clock"] = "lua/luapay/sandbox/clock.lua",
    ["luapay.sandbox.currency"] = "lua/luapay/sandbox/currency.lua",
    ["luapay.sandbox.decimal"] = "lua/luapay/sandbox/decimal.lua",
    ["luapay.sandbox.fault_kinds"] = "lua/luapay/sandbox/fault_kinds.lua",
    ["luapay.sandbox.faultpoint"] = "lua/luapay/sandbox/faultpoint.lua",
    ["luapay.sandbox.infobip"] = "lua/luapay/sandbox/infobip.lua",
    ["luapay.sandbox.infobip_answers"] =
      "lua/luapay/sandbox/infobip_answers.lua",
    ["luapay.sandbox.infobip_calls"] = "lua/luapay/sandbox/infobip_calls.lua",
    ["luapay.sandbox"] = "lua/luapay/sandbox/init.lua",
    ["luapay.sandbox.json"] = "lua/luapay/sandbox/json.lua",
    ["luapay.sandbox.json_reader"] = "lua/luapay/sandbox/json_reader.lua",
    ["luapay.sandbox.ledger"] = "lua/luapay/sandbox/ledger.lua",
    ["luapay.sandbox.mobip"] = "lua/luapay/sandbox/mobip.lua",
    ["luapay.sandbox.mobip.accounts"] =
      "lua/luapay/sandbox/mobip/accounts.lua",
    ["luapay.sandbox.mobip.answers"] = "lua/luapay/sandbox/mobip/answers.lua",
    ["luapay.sandbox.mobip.books"] = "lua/luapay/sandbox/mobip/books.lua",
    ["luapay.sandbox.mobip.defaults"] =
      "lua/luapay/sandbox/mobip/defaults.lua",
    ["luapay.sandbox.mobip.endpoints"] =
      "lua/luapay/sandbox/mobip/endpoints.lua",
    ["luapay.sandbox.mobip.external"] =
      "lua/luapay/sandbox/mobip/external.lua",
    ["luapay.sandbox.mobip.inputs"] = "lua/luapay/sandbox/mobip/inputs.lua",
    ["luapay.sandbox.mobip.invoices"] =
      "lua/luapay/sandbox/mobip/invoices.lua",
    ["luapay.sandbox.mobip.methods"] = "lua/luapay/sandbox/mobip/methods.lua",
    ["luapay.sandbox.mobip.payments"] =
      "lua/luapay/sandbox/mobip/payments.lua",
    ["luapay.sandbox.mobip.picture"] = "lua/luapay/sandbox/mobip/picture.lua",
    ["luapay.sandbox.mobip.queue"] = "lua/luapay/sandbox/mobip/queue.lua",
    ["luapay.sandbox.mobip.stats"] = "lua/luapay/sandbox/mobip/stats.lua",
    ["luapay.sandbox.mobip.transactions"] =
      "lua/luapay/sandbox/mobip/transactions.lua",
    ["luapay.sandbox.multipart"] = "lua/luapay/sandbox/multipart.lua",
    ["luapay.sandbox.nginx"] = "lua/luapay/sandbox/nginx.lua",
    ["luapay.sandbox.nginx_admin"] = "lua/luapay/sandbox/nginx_admin.lua",
    ["luapay.sandbox.online"] = "lua/luapay/sandbox/online.lua",
    ["luapay.sandbox.online.activation"] =
      "lua/luapay/sandbox/online/activation.lua",
    ["luapay.sandbox.online.agreements"] =
      "lua/luapay/sandbox/online/agreements.lua",
    ["luapay.sandbox.online.answer"] = "lua/luapay/sandbox/online/answer.lua",
    ["luapay.sandbox.online.attempts"] =
      "lua/luapay/sandbox/online/attempts.lua",
    ["luapay.sandbox.online.bodies"] = "lua/luapay/sandbox/online/bodies.lua",
    ["luapay.sandbox.online.books"] = "lua/luapay/sandbox/online/books.lua",
    ["luapay.sandbox.online.callbacks"] =
      "lua/luapay/sandbox/online/callbacks.lua",
    ["luapay.sandbox.online.card_data"] =
      "lua/luapay/sandbox/online/card_data.lua",
    ["luapay.sandbox.online.check"] = "lua/luapay/sandbox/online/check.lua",
    ["luapay.sandbox.online.clients"] =
      "lua/luapay/sandbox/online/clients.lua",
    ["luapay.sandbox.online.date"] = "lua/luapay/sandbox/online/date.lua",
    ["luapay.sandbox.online.endpoint"] =
      "lua/luapay/sandbox/online/endpoint.lua",
    ["luapay.sandbox.online.endpoints"] =
      "lua/luapay/sandbox/online/endpoints.lua",
    ["luapay.sandbox.online.expiry"] = "lua/luapay/sandbox/online/expiry.lua",
    ["luapay.sandbox.online.handover"] =
      "lua/luapay/sandbox/online/handover.lua",
    ["luapay.sandbox.online.means"] = "lua/luapay/sandbox/online/means.lua",
    ["luapay.sandbox.online.merchants"] =
      "lua/luapay/sandbox/online/merchants.lua",
    ["luapay.sandbox.online.methods"] =
      "lua/luapay/sandbox/online/methods.lua",
    ["luapay.sandbox.online.mits"] = "lua/luapay/sandbox/online/mits.lua",
    ["luapay.sandbox.online.money"] = "lua/luapay/sandbox/online/money.lua",
    ["luapay.sandbox.online.order_rules"] =
      "lua/luapay/sandbox/online/order_rules.lua",
    ["luapay.sandbox.online.outcomes"] =
      "lua/luapay/sandbox/online/outcomes.lua",
    ["luapay.sandbox.online.payments"] =
      "lua/luapay/sandbox/online/payments.lua",
    ["luapay.sandbox.online.read"] = "lua/luapay/sandbox/online/read.lua",
    ["luapay.sandbox.online.references"] =
      "lua/luapay/sandbox/online/references.lua",
    ["luapay.sandbox.online.rule"] = "lua/luapay/sandbox/online/rule.lua",
    ["luapay.sandbox.online.rules"] = "lua/luapay/sandbox/online/rules.lua",
    ["luapay.sandbox.online.user"] = "lua/luapay/sandbox/online/user.lua",
    ["luapay.sandbox.online.world"] = "lua/luapay/sandbox/online/world.lua",
    ["luapay.sandbox.provider"] = "lua/luapay/sandbox/provider.lua",
    ["luapay.sandbox.registry"] = "lua/luapay/sandbox/registry.lua",
    ["luapay.sandbox.request_log"] = "lua/luapay/sandbox/request_log.lua",
    ["luapay.sandbox.routes"] = "lua/luapay/sandbox/routes.lua",
    ["luapay.sandbox.server"] = "lua/luapay/sandbox/server.lua",
    ["luapay.sandbox.server_admin"] = "lua/luapay/sandbox/server_admin.lua",
    ["luapay.sandbox.server_files"] = "lua/luapay/sandbox/server_files.lua",
    ["luapay.sandbox.server_programs"] =
      "lua/luapay/sandbox/server_programs.lua",
    ["luapay.sandbox.session"] = "lua/luapay/sandbox/session.lua",
    ["luapay.sandbox.subscriptions"] = "lua/luapay/sandbox/subscriptions.lua",
    ["luapay.sandbox.subscriptions.agenda"] =
      "lua/luapay/sandbox/subscriptions/agenda.lua",
    ["luapay.sandbox.subscriptions.agreement_life"] =
      "lua/luapay/sandbox/subscriptions/agreement_life.lua",
    ["luapay.sandbox.subscriptions.agreements"] =
      "lua/luapay/sandbox/subscriptions/agreements.lua",
    ["luapay.sandbox.subscriptions.attachments"] =
      "lua/luapay/sandbox/subscriptions/attachments.lua",
    ["luapay.sandbox.subscriptions.authorization"] =
      "lua/luapay/sandbox/subscriptions/authorization.lua",
    ["luapay.sandbox.subscriptions.base64"] =
      "lua/luapay/sandbox/subscriptions/base64.lua",
    ["luapay.sandbox.subscriptions.books"] =
      "lua/luapay/sandbox/subscriptions/books.lua",
    ["luapay.sandbox.subscriptions.callbacks"] =
      "lua/luapay/sandbox/subscriptions/callbacks.lua",
    ["luapay.sandbox.subscriptions.check"] =
      "lua/luapay/sandbox/subscriptions/check.lua",
    ["luapay.sandbox.subscriptions.date"] =
      "lua/luapay/sandbox/subscriptions/date.lua",
    ["luapay.sandbox.subscriptions.endpoints"] =
      "lua/luapay/sandbox/subscriptions/endpoints.lua",
    ["luapay.sandbox.subscriptions.fields"] =
      "lua/luapay/sandbox/subscriptions/fields.lua",
    ["luapay.sandbox.subscriptions.grants"] =
      "lua/luapay/sandbox/subscriptions/grants.lua",
    ["luapay.sandbox.subscriptions.id_token"] =
      "lua/luapay/sandbox/subscriptions/id_token.lua",
    ["luapay.sandbox.subscriptions.identity"] =
      "lua/luapay/sandbox/subscriptions/identity.lua",
    ["luapay.sandbox.subscriptions.kinds"] =
      "lua/luapay/sandbox/subscriptions/kinds.lua",
    ["luapay.sandbox.subscriptions.login"] =
      "lua/luapay/sandbox/subscriptions/login.lua",
    ["luapay.sandbox.subscriptions.login_page"] =
      "lua/luapay/sandbox/subscriptions/login_page.lua",
    ["luapay.sandbox.subscriptions.look"] =
      "lua/luapay/sandbox/subscriptions/look.lua",
    ["luapay.sandbox.subscriptions.methods"] =
      "lua/luapay/sandbox/subscriptions/methods.lua",
    ["luapay.sandbox.subscriptions.money"] =
      "lua/luapay/sandbox/subscriptions/money.lua",
    ["luapay.sandbox.subscriptions.one_offs"] =
      "lua/luapay/sandbox/subscriptions/one_offs.lua",
    ["luapay.sandbox.subscriptions.patch"] =
      "lua/luapay/sandbox/subscriptions/patch.lua",
    ["luapay.sandbox.subscriptions.payment_life"] =
      "lua/luapay/sandbox/subscriptions/payment_life.lua",
    ["luapay.sandbox.subscriptions.payment_rules"] =
      "lua/luapay/sandbox/subscriptions/payment_rules.lua",
    ["luapay.sandbox.subscriptions.payments"] =
      "lua/luapay/sandbox/subscriptions/payments.lua",
    ["luapay.sandbox.subscriptions.providers"] =
      "lua/luapay/sandbox/subscriptions/providers.lua",
    ["luapay.sandbox.subscriptions.read"] =
      "lua/luapay/sandbox/subscriptions/read.lua",
    ["luapay.sandbox.subscriptions.refunds"] =
      "lua/luapay/sandbox/subscriptions/refunds.lua",
    ["luapay.sandbox.subscriptions.say"] =
      "lua/luapay/sandbox/subscriptions/say.lua",
    ["luapay.sandbox.subscriptions.signer"] =
      "lua/luapay/sandbox/subscriptions/signer.lua",
    ["luapay.sandbox.subscriptions.simulation"] =
      "lua/luapay/sandbox/subscriptions/simulation.lua",
    ["luapay.sandbox.subscriptions.view"] =
      "lua/luapay/sandbox/subscriptions/view.lua",
    ["luapay.sandbox.subscriptions.world"] =
      "lua/luapay/sandbox/subscriptions/world.lua",
    ["luapay.sandbox.take_apart"] = "lua/luapay/sandbox/take_apart.lua",
    ["luapay.sandbox.transport"] = "lua/luapay/sandbox/transport.lua",
    ["luapay.task"] = "lua/luapay/task.lua",
    ["luapay.task.group"] = "lua/luapay/task/group.lua",
    ["luapay.task.loop"] = "lua/luapay/task/loop.lua",
    ["luapay.task.nginx"] = "lua/luapay/task/nginx.lua",
    ["luapay.task.threads"] = "lua/luapay/task/threads.lua",
    ["luapay.transport.curl"] = "lua/luapay/transport/curl.lua",
    ["luapay.transport.custom"] = "lua/luapay/transport/custom.lua",
    ["luapay.transport.nginx.certificate"] =
      "lua/luapay/transport/nginx/certificate.lua",
    ["luapay.transport.nginx.connection"] =
      "lua/luapay/transport/nginx/connection.lua",
    ["luapay.transport.nginx.failure"] =
      "lua/luapay/transport/nginx/failure.lua",
    ["luapay.transport.nginx"] = "lua/luapay/transport/nginx/init.lua",
    ["luapay.transport.nginx.url"] = "lua/luapay/transport/nginx/url.lua",
  },
}
