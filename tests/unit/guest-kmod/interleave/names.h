/* SPDX-License-Identifier: MIT */
/* Other names for functions of the guest module of which portal-vmm has one with the same name. */
#ifndef INTERLEAVE_NAMES_H
#define INTERLEAVE_NAMES_H

#define hook_create guest_hook_create
#define hook_free   guest_hook_free
#define pool_create guest_pool_create
#define pool_find   guest_pool_find
#define pool_put    guest_pool_put

#define op_welcome	 guest_op_welcome
#define op_read		 guest_op_read
#define op_write	 guest_op_write
#define op_read_str	 guest_op_read_str
#define op_fd_name	 guest_op_fd_name
#define op_proc_args	 guest_op_proc_args
#define op_proc_env	 guest_op_proc_env
#define op_proc_pid	 guest_op_proc_pid
#define op_user_regs	 guest_op_user_regs
#define op_syscall_names guest_op_syscall_names
#define op_hook_add	 guest_op_hook_add
#define op_hook_del	 guest_op_hook_del
#define op_hook_enable	 guest_op_hook_enable
#define op_rule_open	 guest_op_rule_open
#define op_rule_add	 guest_op_rule_add
#define op_rule_del	 guest_op_rule_del
#define op_trace_open	 guest_op_trace_open
#define op_read_vec	 guest_op_read_vec

#endif
