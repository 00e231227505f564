#!powershell

#AnsibleRequires -CSharpUtil Ansible.Basic

# Nobody runs this: the stub answers at once. Its size is less than that of any real module.
$module = [Ansible.Basic.AnsibleModule]::Create($args, @{ options = @{ name = @{ type = 'str' } } })
$module.Result.changed = $false
$module.ExitJson()
