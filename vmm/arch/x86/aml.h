/* SPDX-License-Identifier: MIT */
/*
 * A writer of ACPI Machine Language (ACPI 6.5, chapter 20) into a bounded buffer. The first write
 * that does not fit sets aml.overflow, and later writes do nothing; check the flag once, at the
 * end.
 */
#ifndef ARCH_X86_AML_H
#define ARCH_X86_AML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aml {
	uint8_t *buf;
	size_t size, len;
	bool overflow;
};

/** aml_block - an open construct, whose length aml_end() fills in after its contents */
typedef size_t aml_block;

aml_block aml_begin_scope(struct aml *aml, const char *path);
aml_block aml_begin_device(struct aml *aml, const char name[4]);
aml_block aml_begin_resources(struct aml *aml); /* Name(_CRS, ResourceTemplate()) */
void aml_end(struct aml *aml, aml_block block);
void aml_end_resources(struct aml *aml, aml_block block);

void aml_name_int(struct aml *aml, const char name[4], uint32_t value);
void aml_name_string(struct aml *aml, const char name[4], const char *value);
void aml_name_eisaid(struct aml *aml, const char name[4], const char id[7]);
void aml_name_package(struct aml *aml, const char name[4], const uint8_t *values, uint8_t nr);

/* resource descriptors (ACPI 6.5, 6.4), between aml_begin_resources() and aml_end_resources() */
void aml_io_ports(struct aml *aml, uint16_t base, uint8_t nr);
void aml_memory32(struct aml *aml, uint32_t base, uint32_t size);
void aml_edge_interrupt(struct aml *aml, uint32_t gsi);

#endif
