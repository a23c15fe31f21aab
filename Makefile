# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
#   make                 ./recorder and the library; V=1: show commands, WERROR=1: no warnings
#   make install         honours DESTDIR and PREFIX
#   sudo make demo       record CMD, then show the trace
#   sudo make check      build everything and pass every test
#   sudo make check-vm   pass the tests in VMs of every kernel of tests/vm/kernels
#   sudo make check-complete   find every byte that the kernel wrote in the traces of many programs
#   sudo make coverage   write docs/coverage.md: what the table covers, and what the tests exercise
#   sudo make bench      what recording costs, beside other tools: docs/performance.md
#
# Built files go to OUT. make ARCH=arm64 cross-builds into .output/arm64, the recorder too, with
# headers and libraries out of SYSROOT (tests/vm/fetch brings them, if it is not given).

VERSION := 0.1.0
SONAME := librecorder.so.1

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions

NATIVE := $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(shell uname -m)))
ARCH ?= $(NATIVE)
CFLAGS ?= -O2 -g
CROSS := $(filter-out $(NATIVE),$(ARCH))
OUT ?= .output$(CROSS:%=/%)
RECORDER := $(if $(CROSS),$(OUT)/)recorder
CROSS_COMPILE ?= $(if $(filter arm64,$(CROSS)),aarch64-linux-gnu-)
ifneq ($(CROSS),)
ifeq ($(origin SYSROOT),undefined)
SYSROOT := $(shell tests/vm/fetch where)/sysroot-$(ARCH)/root
$(SYSROOT):
	@tests/vm/fetch sysroot $(ARCH) >/dev/null
endif
override CFLAGS += --sysroot=$(SYSROOT)
endif
ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
ifeq ($(origin AR),default)
AR := $(CROSS_COMPILE)ar
endif
OBJCOPY ?= $(CROSS_COMPILE)objcopy
NM ?= $(CROSS_COMPILE)nm
CLANG ?= clang
BPFTOOL ?= $(or $(shell command -v bpftool),/usr/sbin/bpftool)
INSTALL ?= install

WARNINGS := -Wall -Wextra $(if $(filter-out 0,$(WERROR)),-Werror)
INCLUDES := -Iinclude -Isrc -I$(OUT)/bpf -I$(OUT)/tests/bench
override CPPFLAGS += -D_GNU_SOURCE -DRECORDER_VERSION='"$(VERSION)"' $(INCLUDES)
override CFLAGS += -std=gnu11 $(WARNINGS)
BPF_CFLAGS := -target bpf -mcpu=v3 -O2 -g -D__TARGET_ARCH_$(ARCH) -Ivmlinux -Iinclude -Ibpf
BPF_CFLAGS += $(WARNINGS) -Wno-unused-parameter
READER_LIBS := -lzstd -lxxhash
LIBS := -lbpf -lelf -lz $(READER_LIBS) -pthread

Q := $(if $(filter-out 0,$(V)),,@)
say = $(if $(Q),@printf '  %-8s %s\n' $(1) $(patsubst $(OUT)/%,%,$@))
to = @mkdir -p $(@D)

# What is there.

SOURCES := $(wildcard src/*.c src/*/*.c src/*/*/*.c)
LIBRARY_SOURCES := $(wildcard src/trace/*.c)
BPF_BOUND := $(foreach name,session drain hold target capture,$(wildcard src/record/$(name)*.c))
BPF_BOUND += $(wildcard src/cmd_record.c)
BPF_SOURCES := $(wildcard bpf/*.bpf.c)
MAN1 := $(wildcard docs/*.1)
MAN3 := $(wildcard docs/*.3)

# A unit test is tests/unit/test_NAME.c; other files of that directory are linked where they are
# needed. Programs of the other tiers stand alone.
UNIT_SOURCES := $(wildcard tests/unit/test_*.c tests/fuzz/test_*.c)
ORACLE := $(OUT)/tests/oracle/oracle
PRINT_TABLE := $(OUT)/tests/coverage/print_table
UNIT_PARTS := $(filter-out $(UNIT_SOURCES),$(wildcard tests/unit/*.c tests/fuzz/*.c))
PROGRAM_SOURCES := $(foreach tier,live differential loss robust vm,$(wildcard tests/$(tier)/*.c))
BENCH_BPF_SOURCES := $(wildcard tests/bench/*.bpf.c)
BENCH_SOURCES := $(filter-out $(BENCH_BPF_SOURCES),$(wildcard tests/bench/*.c))

object = $(patsubst %.c,$(OUT)/%.o,$(1))
OBJECTS := $(call object,$(SOURCES))
LIBRARY_OBJECTS := $(call object,$(LIBRARY_SOURCES))
PARTS := $(filter-out $(call object,src/main.c $(BPF_BOUND)),$(OBJECTS))
PARTS += $(call object,$(UNIT_PARTS))
SKELETONS := $(patsubst %.bpf.c,$(OUT)/%.skel.h,$(BPF_SOURCES))
BENCH_SKELETONS := $(patsubst %.bpf.c,$(OUT)/%.skel.h,$(BENCH_BPF_SOURCES))
UNIT_TESTS := $(patsubst %.c,$(OUT)/%,$(UNIT_SOURCES))
PROGRAMS := $(patsubst %.c,$(OUT)/%,$(PROGRAM_SOURCES))
VM_PROGRAMS := $(OUT)/vm/recorder $(patsubst $(OUT)/tests/%,$(OUT)/vm/%,$(PROGRAMS))
ORACLE_OBJECTS := $(call object,$(wildcard tests/oracle/*.c))
BENCH_PROGRAMS := $(patsubst %.c,$(OUT)/%,$(BENCH_SOURCES))
LIBRARY := $(OUT)/librecorder.a $(OUT)/$(SONAME) $(OUT)/librecorder.so

.PHONY: all tests vm check check-vm check-complete coverage demo bench install uninstall clean
.PHONY: format FORCE
.DELETE_ON_ERROR:
.SUFFIXES:

all: $(RECORDER) $(LIBRARY) $(OUT)/recorder.pc
tests: all $(UNIT_TESTS) $(PROGRAMS) $(ORACLE) $(PRINT_TABLE) $(BENCH_PROGRAMS)
vm: $(VM_PROGRAMS)

# A change of compiler or flags rebuilds what they made.
BUILD_FLAGS = $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(CLANG) $(BPF_CFLAGS)
$(OUT)/flags: export FLAGS = $(BUILD_FLAGS)
$(OUT)/flags: FORCE
	$(to)
	@printf '%s\n' "$$FLAGS" | cmp -s - $@ || printf '%s\n' "$$FLAGS" > $@

$(OUT)/%.o: %.c $(OUT)/flags | $(SYSROOT)
	$(to)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIBRARY_OBJECTS): override CFLAGS += -fPIC
$(call object,$(BPF_BOUND)): | $(SKELETONS)

# The program reads traces as any other one does: with what the library offers.
RECORDER_OBJECTS := $(filter-out $(LIBRARY_OBJECTS),$(OBJECTS)) $(OUT)/librecorder.a
$(RECORDER): $(RECORDER_OBJECTS)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# Capture programs.

BPF_OBJECTS := $(patsubst %.skel.h,%.o,$(SKELETONS) $(BENCH_SKELETONS))
$(BPF_OBJECTS): $(OUT)/%.o: %.bpf.c $(OUT)/flags
	$(to)
	$(call say,BPF)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MT $@ -MF $(@:.o=.d) -c -o $@.debug $<
	$(Q)$(BPFTOOL) gen object $@ $@.debug
	$(Q)rm $@.debug

$(SKELETONS) $(BENCH_SKELETONS): %.skel.h: %.o
	$(call say,SKELETON)
	$(Q)$(BPFTOOL) gen skeleton $< name $(notdir $*) > $@

# The library: both forms offer only what the version script lists.

$(OUT)/librecorder.a: $(LIBRARY_OBJECTS)
	$(call say,AR)
	$(Q)$(CC) -r -nostdlib -o $(OUT)/librecorder.o $^
	$(Q)$(OBJCOPY) -w --keep-global-symbol='recorder_*' $(OUT)/librecorder.o
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $(OUT)/librecorder.o

$(OUT)/$(SONAME): $(LIBRARY_OBJECTS) src/trace/librecorder.map
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,-z,defs \
		-Wl,--version-script,src/trace/librecorder.map \
		-o $@ $(LIBRARY_OBJECTS) $(READER_LIBS)

$(OUT)/librecorder.so: $(OUT)/$(SONAME)
	$(Q)ln -sf $(SONAME) $@

$(OUT)/recorder.pc: recorder.pc.in Makefile FORCE
	$(to)
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' \
		-e 's|@LIBDIR@|$(patsubst $(PREFIX)/%,$${prefix}/%,$(LIBDIR))|' \
		-e 's|@INCLUDEDIR@|$(patsubst $(PREFIX)/%,$${prefix}/%,$(INCLUDEDIR))|' $< > $@

# Tests.

$(OUT)/tests/parts.a: $(PARTS)
	$(to)
	$(call say,AR)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^
	@$(NM) -g --defined-only $@ | awk '$$2 ~ /[TDBR]/ && seen[$$3]++ { \
		print "warning: defined twice: " $$3; found = 1 } \
		END { exit found && "$(filter-out 0,$(WERROR))" != "" }' >&2

$(UNIT_TESTS) $(PRINT_TABLE): %: %.o $(OUT)/tests/parts.a
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $^ -lcmocka $(LIBS)

$(PROGRAMS): %: %.o
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -pthread

# For VMs, which have no libraries. What getpwnam may look for (NSS) they have not either.
$(OUT)/vm/recorder: $(RECORDER_OBJECTS)
	$(to)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -static -s -Wl,--no-warnings -o $@ $^ $(LIBS)

$(OUT)/vm/%: $(OUT)/tests/%.o
	$(to)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -static -s -o $@ $< -pthread

# One program of several files, and of nothing else of ours.
$(ORACLE): $(ORACLE_OBJECTS)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

$(call object,$(BENCH_SOURCES)): | $(BENCH_SKELETONS)

$(BENCH_PROGRAMS): %: %.o
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lbpf -lelf -lz -pthread

# Files that root built under sudo belong to the user who called it.
define give_back
[ -z "$$SUDO_UID" ] || chown -R "$$SUDO_UID:$$SUDO_GID" $(OUT) recorder 2>/dev/null || :
endef

# VMs of both architectures get the programs from here.
vm-programs := $(MAKE) --no-print-directory -j$$(nproc) vm && \
	$(MAKE) --no-print-directory -j$$(nproc) ARCH=arm64 vm

check: export WERROR := 1
check:
	@.ci/packages build test vm
	@trap '$(give_back)' EXIT; $(MAKE) --no-print-directory -j$$(nproc) tests && \
		$(vm-programs) && tests/run

check-vm: export WERROR := 1
VM_KERNELS ?= all
check-vm: export VM_KERNELS := $(VM_KERNELS)
check-vm:
	@.ci/packages build test vm
	@trap '$(give_back)' EXIT; $(MAKE) --no-print-directory -j$$(nproc) recorder && \
		$(vm-programs) && tests/run vm && tests/vm/table

# Is every byte that the kernel wrote in the trace? tests/run runs some of these programs.
check-complete: export WERROR := 1
check-complete:
	@.ci/packages build test complete
	@trap '$(give_back)' EXIT; $(MAKE) --no-print-directory -j$$(nproc) tests && \
		tests/oracle/run.py --all

coverage:
	@.ci/packages build test
	@trap '$(give_back)' EXIT; $(MAKE) --no-print-directory -j$$(nproc) tests && \
		python3 -B tests/coverage/document.py

BENCH ?=
bench:
	@.ci/packages build
	@.ci/packages bench || echo "what is there is compared" >&2
	@trap '$(give_back)' EXIT; $(MAKE) --no-print-directory -j$$(nproc) recorder \
		$(BENCH_PROGRAMS) && OUT=$(OUT) python3 -B tests/bench/bench.py $(BENCH)

CMD ?= ls -l /etc/ssl | wc -l; tar cf - /etc/ssl | gzip | wc -c
demo: export CMD := $(CMD)
demo:
	@.ci/packages build
	@trap '$(give_back)' EXIT; $(MAKE) --no-print-directory -j$$(nproc) recorder && .ci/demo

install: all
	$(INSTALL) -d $(addprefix $(DESTDIR),$(BINDIR) $(LIBDIR)/pkgconfig $(INCLUDEDIR) \
		$(MANDIR)/man1 $(MANDIR)/man3 $(COMPLETIONDIR))
	$(INSTALL) $(RECORDER) $(DESTDIR)$(BINDIR)/recorder
	$(INSTALL) -m 644 $(OUT)/librecorder.a $(OUT)/$(SONAME) $(DESTDIR)$(LIBDIR)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/librecorder.so
	$(INSTALL) -m 644 include/recorder.h $(DESTDIR)$(INCLUDEDIR)/recorder.h
	$(INSTALL) -m 644 $(OUT)/recorder.pc $(DESTDIR)$(LIBDIR)/pkgconfig/recorder.pc
	$(INSTALL) -m 644 $(MAN1) $(DESTDIR)$(MANDIR)/man1
	$(INSTALL) -m 644 $(MAN3) $(DESTDIR)$(MANDIR)/man3
	$(INSTALL) -m 644 docs/recorder.bash $(DESTDIR)$(COMPLETIONDIR)/recorder
	$(if $(DESTDIR),,-ldconfig)

uninstall:
	rm -f $(addprefix $(DESTDIR),$(BINDIR)/recorder $(COMPLETIONDIR)/recorder \
		$(addprefix $(LIBDIR)/,librecorder.a librecorder.so $(SONAME)) \
		$(LIBDIR)/pkgconfig/recorder.pc \
		$(INCLUDEDIR)/recorder.h \
		$(addprefix $(MANDIR)/man1/,$(notdir $(MAN1))) \
		$(addprefix $(MANDIR)/man3/,$(notdir $(MAN3))))

format:
	clang-format -i $$(find bpf include src tests vmlinux -name '*.[ch]')

clean:
	rm -rf $(OUT) $(RECORDER)

-include $(patsubst %.o,%.d,$(OBJECTS) $(PARTS) $(BPF_OBJECTS))
-include $(addsuffix .d,$(UNIT_TESTS) $(PROGRAMS) $(BENCH_PROGRAMS)) $(ORACLE_OBJECTS:.o=.d) \
	$(PRINT_TABLE).d
