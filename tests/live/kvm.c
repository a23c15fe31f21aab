/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* KVM: requests whose structures are followed by arrays. Without /dev/kvm all are refused. */
#include <sys/ioctl.h>

#include "expect.h"

/* linux/kvm.h; not for programs of every machine. */
#define CREATE_VM 0xae01L
#define CREATE_VCPU 0xae41L
#define RUN 0xae80L
#define GET_MSR_INDEX_LIST 0xc004ae02UL
#define GET_SUPPORTED_CPUID 0xc008ae05UL
#define GET_EMULATED_CPUID 0xc008ae09UL
#define GET_MSR_FEATURE_INDEX_LIST 0xc004ae0aUL
#define GET_DIRTY_LOG 0x4010ae42UL
#define SET_GSI_ROUTING 0x4008ae6aUL
#define GET_MSRS 0xc008ae88UL
#define SET_MSRS 0x4008ae89UL
#define SET_SIGNAL_MASK 0x4004ae8bUL
#define SET_CPUID2 0x4008ae90UL
#define GET_CPUID2 0xc008ae91UL
#define SET_CPUID 0x4008ae8aUL
#define GET_ONE_REG 0x4010aeabUL
#define SET_ONE_REG 0x4010aeacUL
#define GET_REG_LIST 0xc008aeb0UL
#define GET_SUPPORTED_HV_CPUID 0xc008aec1UL
#define SET_DEVICE_ATTR 0x4018aee1UL
#define GET_DEVICE_ATTR 0x4018aee2UL

#define SET_PMU_EVENT_FILTER 0x4020aeb2UL
#define GET_NESTED_STATE 0xc080aebeUL
#define SET_NESTED_STATE 0x4080aebfUL
#define CLEAR_DIRTY_LOG 0xc018aec0UL
#define SET_MSR_FILTER 0x4188aec6UL
#define GET_XSAVE2 0x9000aecfUL

#define CPUID_ENTRY 40
#define OLD_CPUID_ENTRY 24
#define MSR_TSC 0x10

static void lists(int kvm, unsigned long request)
{
	uint32_t *none = tail(4), *list;
	long ret;

	*none = 0;
	TEST("kvm: a list with no room, which says how long it is");
	ret = CALL(ioctl, kvm, request, none);
	out(2, none, 4);
	if (ret != -E2BIG)
		return;
	list = tail(4 + *none * 4UL);
	*list = *none;
	TEST("kvm: a list");
	CALL(ioctl, kvm, request, list);
	out(2, list, 4);
	out(2, list + 1, *list * 4UL);
}

static void supported(int kvm, unsigned long request)
{
	uint32_t *all = tail(8 + 256 * CPUID_ENTRY);

	all[0] = 256;
	all[1] = 0;
	if (CALL(ioctl, kvm, request, all) < 0)
		return;
	out(2, all, 8);
	out(2, all + 2, all[0] * (size_t)CPUID_ENTRY);
}

/* What the machine can, which the processor is then told, and says again. */
static void features(int kvm, int cpu)
{
	uint32_t *few = tail(8 + CPUID_ENTRY), *all = tail(8 + 256 * CPUID_ENTRY);
	uint32_t *old = tail(8 + OLD_CPUID_ENTRY);

	few[0] = 1;
	few[1] = 0;
	TEST("kvm: features, no room for all");
	CALL(ioctl, kvm, GET_SUPPORTED_CPUID, few);
	in(2, few, 8);
	all[0] = 256;
	all[1] = 0;
	TEST("kvm: features that are emulated, features for Hyper-V");
	supported(kvm, GET_EMULATED_CPUID);
	supported(kvm, GET_SUPPORTED_HV_CPUID);
	TEST("kvm: features");
	if (CALL(ioctl, kvm, GET_SUPPORTED_CPUID, all) < 0)
		all[0] = 0;
	else
		out(2, all, 8);
	if (all[0])
		out(2, all + 2, all[0] * (size_t)CPUID_ENTRY);
	TEST("kvm: features of a processor");
	CALL(ioctl, cpu, SET_CPUID2, all);
	in(2, all, 8);
	if (all[0])
		in(2, all + 2, all[0] * (size_t)CPUID_ENTRY);
	old[0] = 1;
	old[1] = 0;
	CALL(ioctl, cpu, SET_CPUID, old);
	in(2, old, 8);
	in(2, old + 2, OLD_CPUID_ENTRY);
	memset(all + 2, NOTHING, 256 * CPUID_ENTRY);
	all[0] = 256;
	if (CALL(ioctl, cpu, GET_CPUID2, all) < 0)
		return;
	out(2, all, 8);
	out(2, all + 2, all[0] * (size_t)CPUID_ENTRY);
}

static void registers(int cpu)
{
	struct {
		uint32_t n, pad, index, reserved;
		uint64_t value;
	} *msrs = tail(sizeof(*msrs));
	uint64_t *one = tail(16), *list = tail(8), *value = tail(8);

	memset(msrs, 0, sizeof(*msrs));
	msrs->n = 1;
	msrs->index = MSR_TSC;
	TEST("kvm: registers");
	if (CALL(ioctl, cpu, GET_MSRS, msrs) >= 0) {
		out(2, msrs, 8);
		out(2, &msrs->index, 16);
	}
	CALL(ioctl, cpu, SET_MSRS, msrs);
	in(2, msrs, 8);
	in(2, &msrs->index, 16);
	one[0] = 0x0030000000000000;
	one[1] = POINTER(value);
	CALL(ioctl, cpu, GET_ONE_REG, one);
	in(2, one, 16);
	*list = 0;
	*value = 0;
	CALL(ioctl, cpu, SET_ONE_REG, one);
	in(2, one, 16);
	in(2, value, 8);
	CALL(ioctl, cpu, GET_REG_LIST, list);
	out(2, list, 8);
}

static void others(int vm, int cpu)
{
	uint32_t *mask = tail(12), *routing = tail(8 + 48), *log = tail(16);
	char *attribute = tail(24);

	mask[0] = 8;
	mask[1] = mask[2] = 0;
	TEST("kvm: signals, interrupts");
	CALL(ioctl, cpu, SET_SIGNAL_MASK, mask);
	in(2, mask, 4);
	in(2, mask + 1, 8);
	memset(routing, 0xff, 8 + 48);
	routing[0] = 1;
	CALL(ioctl, vm, SET_GSI_ROUTING, routing);
	in(2, routing, 8);
	in(2, routing + 2, 48);
	TEST("kvm: of no memory, of no device");
	memset(log, 0, 16);
	log[0] = 7;
	CALL(ioctl, vm, GET_DIRTY_LOG, log);
	in(2, log, 16);
	CALL(ioctl, vm, GET_DEVICE_ATTR, attribute);
	in(2, attribute, 24);
	CALL(ioctl, vm, SET_DEVICE_ATTR, attribute);
	in(2, attribute, 24);
	CALL(ioctl, vm, RUN, 0);
}

/* What has a length in it, or more than its request says. */
static void states(int vm, int cpu)
{
	struct {
		uint32_t head[8];
		uint64_t event;
	} *events = tail(sizeof(*events));
	uint32_t *nested = tail(128);
	char *log = tail(24), *filter = tail(392), *saved = tail(PAGE);

	memset(events, 0, sizeof(*events));
	events->head[1] = 1;
	TEST("kvm: counters that the guest may use");
	CALL(ioctl, vm, SET_PMU_EVENT_FILTER, events);
	in(2, events->head, sizeof(events->head));
	in(2, &events->event, 8);
	memset(nested, 0, 128);
	nested[1] = 128;
	TEST("kvm: the state of a guest's guest");
	CALL(ioctl, cpu, GET_NESTED_STATE, nested);
	out(2, nested, 128);
	nested[1] = 128;
	CALL(ioctl, cpu, SET_NESTED_STATE, nested);
	in(2, nested, 128);
	TEST("kvm: pages, registers, extended state");
	memset(log, 0xff, 24);
	CALL(ioctl, vm, CLEAR_DIRTY_LOG, log);
	in(2, log, 24);
	memset(filter, 0xff, 392);
	CALL(ioctl, vm, SET_MSR_FILTER, filter);
#ifdef __LP64__
	in(2, filter, 392);
#endif
	if (CALL(ioctl, cpu, GET_XSAVE2, saved) >= 0)
		out(2, saved, PAGE);
}

int main(void)
{
	int null = open("/dev/null", O_RDWR), kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm, cpu;

	if (kvm < 0)
		kvm = null;
	vm = ioctl(kvm, CREATE_VM, 0);
	if (vm < 0)
		vm = null;
	cpu = ioctl(vm, CREATE_VCPU, 0);
	if (cpu < 0)
		cpu = null;
	lists(kvm, GET_MSR_INDEX_LIST);
	lists(kvm, GET_MSR_FEATURE_INDEX_LIST);
	features(kvm, cpu);
	registers(cpu);
	others(vm, cpu);
	states(vm, cpu);
	flush();
	return 0;
}
